/**
 * A TCP proxy between a client and a real server, for the conformance suite of clients: it counts the requests that pass
 * and meddles with connections as told. It knows nothing of protocols but how a request looks on the wire.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Address, Clock, Ns } from '../../../harness/contracts/index.ts';

export type Meddling =
  /** Carries everything. */
  | 'none'
  /** Requests arrive, answers are dropped. */
  | 'swallow-answers'
  /** The request arrives; at the first byte of an answer the client's connection is reset. */
  | 'reset-at-answer'
  /** The request arrives; the connection ends in the middle of the answer. */
  | 'cut-answer-short'
  /** Answers arrive late by this. */
  | { readonly delayAnswers: Ns };

export class MeddlingProxy {
  readonly address: Address;
  meddling: Meddling = 'none';
  /** Requests that were carried to the server. */
  requests = 0;
  readonly #server: Server;
  readonly #target: Address;
  readonly #request: RegExp;
  readonly #clock: Clock;
  readonly #connections = new Set<Socket>();

  private constructor(server: Server, address: Address, target: Address, request: RegExp, clock: Clock) {
    this.#server = server;
    this.address = address;
    this.#target = target;
    this.#request = request;
    this.#clock = clock;
    server.on('connection', (socket) => this.#carry(socket));
  }

  /** Listens on a free port of loopback. `request` finds each request in what clients send (global flag). */
  static async start(target: Address, request: RegExp, clock: Clock): Promise<MeddlingProxy> {
    const server = createServer({ noDelay: true });
    await listen(server, 0);
    const { port } = server.address() as { port: number };
    return new MeddlingProxy(server, { host: '127.0.0.1', port }, target, request, clock);
  }

  /** Connections that clients hold open. */
  get open(): number {
    return this.#connections.size;
  }

  /** From now on connections are refused; open ones are reset. */
  async refuse(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.reset();
    await closed;
  }

  /** Takes connections again, at the same address. */
  accept(): Promise<void> {
    return listen(this.#server, this.address.port);
  }

  /** Resets all open connections. */
  reset(): void {
    for (const socket of this.#connections) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.refuse();
  }

  #carry(client: Socket): void {
    const server = connect({ ...this.#target, noDelay: true });
    this.#connections.add(client);
    let asked = '';
    const end = (): void => {
      this.#connections.delete(client);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', () => {}).once('close', end);
    client.on('data', (chunk: Buffer) => {
      // what is left after the last whole request may be the beginning of the next
      asked += chunk.toString('latin1');
      this.requests += asked.match(this.#request)?.length ?? 0;
      asked = asked.slice(lastEnd(asked, this.#request));
      server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => this.#answer(client, chunk));
  }

  #answer(client: Socket, chunk: Buffer): void {
    const { meddling } = this;
    if (meddling === 'swallow-answers') return;
    if (meddling === 'reset-at-answer') client.resetAndDestroy();
    else if (meddling === 'cut-answer-short') client.end(chunk.subarray(0, Math.ceil(chunk.length / 2)));
    else if (meddling === 'none') client.write(chunk);
    else this.#clock.at((this.#clock.now() + meddling.delayAnswers) as Ns, () => client.writable && client.write(chunk));
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function lastEnd(text: string, pattern: RegExp): number {
  let end = 0;
  for (const match of text.matchAll(pattern)) end = match.index + match[0].length;
  return end;
}
