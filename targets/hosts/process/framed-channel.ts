/**
 * The harness's side of a channel to a node program: one TCP connection, dialled at the first request and again after it
 * was lost. A request is sent once the node has said `welcome`, so that a connection refused or lost before that proves
 * that nobody read it.
 *
 * Errors carry codes. `ECONNREFUSED`: certainly not sent. `ECONNRESET`: sent, then the connection was lost: unknown.
 * `ABORT_ERR`: the caller gave up: unknown.
 */
import { connect, type Socket } from 'node:net';
import type { Address, Channel, Value } from '../../../harness/contracts/index.ts';
import { ConnectionError } from '../sim/connection-error.ts';
import { encodeFrame, FrameReader } from './framing.ts';
import type { ClockReading, ToClient, ToNode } from './wire-protocol.ts';

interface Exchange {
  readonly frame: ToNode;
  resolve(answer: Value): void;
  reject(error: ConnectionError): void;
}

export class FramedChannel implements Channel {
  readonly #address: Address;
  /** For people: `clients→n1`. */
  readonly #label: string;
  #connection: Connection | undefined;
  #lastId = 0;
  #closed = false;

  constructor(address: Address, label: string) {
    this.#address = address;
    this.#label = label;
  }

  request(message: Value, signal: AbortSignal): Promise<Value> {
    return this.#exchange({ type: 'request', id: ++this.#lastId, message }, signal);
  }

  /** The node's own reading of its clocks. */
  async clocks(signal: AbortSignal): Promise<ClockReading> {
    return (await this.#exchange({ type: 'clocks', id: ++this.#lastId }, signal)) as unknown as ClockReading;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#connection?.close();
    return Promise.resolve();
  }

  #exchange(frame: ToNode, signal: AbortSignal): Promise<Value> {
    return new Promise((resolve, reject) => {
      const fail = (code: ConnectionError['code'], what: string): void => reject(new ConnectionError(code, `${code}: ${what} (${this.#label})`));
      if (this.#closed) return fail('ECONNREFUSED', 'the channel is closed, nothing was sent');
      if (signal.aborted) return fail('ABORT_ERR', 'given up before anything was sent');
      if (this.#connection === undefined || this.#connection.lost) this.#connection = new Connection(this.#address, this.#label);
      const connection = this.#connection;
      const onAbort = (): void => {
        connection.forget(frame.id);
        fail('ABORT_ERR', 'the request was given up');
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const settle = (): void => signal.removeEventListener('abort', onAbort);
      connection.send({
        frame,
        resolve: (answer) => {
          settle();
          resolve(answer);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
    });
  }
}

/** One TCP connection with what waits on it. */
class Connection {
  readonly #socket: Socket;
  readonly #label: string;
  readonly #waiting = new Map<number, Exchange>();
  #welcome = false;
  lost = false;

  constructor(address: Address, label: string) {
    this.#label = label;
    this.#socket = connect({ ...address, noDelay: true });
    const reader = new FrameReader();
    this.#socket.on('error', () => {});
    this.#socket.on('data', (chunk: Buffer) => {
      try {
        for (const frame of reader.push(chunk)) this.#receive(frame as unknown as ToClient);
      } catch {
        this.#socket.destroy();
      }
    });
    this.#socket.once('close', () => this.#leave());
  }

  send(exchange: Exchange): void {
    this.#waiting.set(exchange.frame.id, exchange);
    if (this.#welcome) this.#write(exchange.frame);
  }

  forget(id: number): void {
    this.#waiting.delete(id);
  }

  close(): void {
    this.#socket.destroy();
    this.#leave();
  }

  #receive(frame: ToClient): void {
    if (frame.type === 'welcome') {
      this.#welcome = true;
      for (const { frame: request } of this.#waiting.values()) this.#write(request);
      return;
    }
    const exchange = this.#waiting.get(frame.id);
    this.#waiting.delete(frame.id);
    exchange?.resolve(frame.answer);
  }

  #write(frame: ToNode): void {
    this.#socket.write(encodeFrame(frame as unknown as Value));
  }

  #leave(): void {
    if (this.lost) return;
    this.lost = true;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    const [code, what] = this.#welcome
      ? (['ECONNRESET', 'the connection was lost before the answer came'] as const)
      : (['ECONNREFUSED', 'nobody welcomed us, nothing was sent'] as const);
    for (const exchange of waiting) exchange.reject(new ConnectionError(code, `${code}: ${what} (${this.#label})`));
  }
}
