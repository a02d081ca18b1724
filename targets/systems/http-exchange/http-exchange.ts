/**
 * HTTP as clients of a system need it: one request, one answer, no retry, no redirect followed, one connection of its own
 * that is kept. What went wrong says whether anything can have been sent, which is what an error table must know (rule 2).
 * Written on a socket: Node's own client says less of what was sent, and takes several times the processor time.
 */
import { connect, type Socket } from 'node:net';
import type { Address } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { AnswerReader, type HttpAnswer } from './answer-reader.ts';

export type { HttpAnswer } from './answer-reader.ts';

/** The connection, as far as the caller must know: nothing was sent, or something may have been. */
export class TransportError extends Error {
  readonly sent: 'nothing' | 'maybe';
  readonly code: string;

  constructor(sent: 'nothing' | 'maybe', code: string, message: string) {
    super(message);
    this.name = 'TransportError';
    this.sent = sent;
    this.code = code;
  }
}

export interface HttpExchange {
  /** Resolves with whatever was answered, whatever its status. Rejects with TransportError. One request at a time. */
  post(path: string, json: string, signal?: AbortSignal): Promise<HttpAnswer>;
  get(path: string, signal?: AbortSignal): Promise<HttpAnswer>;
  /** Any method, with headers of one's own. Throws a TypeError for what cannot stand in a head. */
  request(what: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer>;
  close(): void;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: string | undefined;
}

/** Nothing that begins another line, or another word of the first one. */
const METHOD = /^[A-Za-z]+$/;
const PATH = /^\/[!-~]*$/;
const FIELD = /^[\w-]+$/;
const LINE = /^[\t -~\u0080-\u00ff]*$/;

/** At an address. Nothing is connected before the first request. */
export function openHttpExchange(address: Address): HttpExchange {
  const connection = new Connection(address);
  const host = `host: ${address.host}:${address.port}`;
  return {
    post: (path, json, signal) =>
      connection.exchange(
        `POST ${path} HTTP/1.1\r\n${host}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
        signal,
      ),
    request: async (what, signal) => connection.exchange(written(what, host), signal),
    get: (path, signal) => connection.exchange(`GET ${path} HTTP/1.1\r\n${host}\r\n\r\n`, signal),
    close: () => connection.close(),
  };
}

function written({ method, path, headers, json }: HttpRequest, host: string): string {
  const fields = Object.entries({ ...(json !== undefined && { 'content-type': 'application/json' }), ...headers });
  if (!METHOD.test(method) || !PATH.test(path) || !fields.every(([name, value]) => FIELD.test(name) && LINE.test(value)))
    throw new TypeError(`this is no HTTP request: ${method} ${path}`);
  const length = json === undefined && /^(GET|HEAD)$/i.test(method) ? [] : [`content-length: ${Buffer.byteLength(json ?? '')}`];
  return [`${method} ${path} HTTP/1.1`, host, ...fields.map(([name, value]) => `${name}: ${value}`), ...length, '', json ?? ''].join('\r\n');
}

/** The request under way. */
interface Pending {
  readonly request: string;
  readonly reader: AnswerReader;
  readonly signal: AbortSignal | undefined;
  sent: TransportError['sent'];
  resolve(answer: HttpAnswer): void;
  reject(error: TransportError): void;
}

class Connection {
  readonly #address: Address;
  /** Open, or being opened; what is known to be closed is not kept. */
  #socket: Socket | undefined;
  #pending: Pending | undefined;

  constructor(address: Address) {
    this.#address = address;
  }

  exchange(request: string, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new TransportError('nothing', 'ABORT_ERR', 'it was given up before'));
      if (this.#pending !== undefined) return reject(new TransportError('nothing', 'EBUSY', 'another request is under way on this connection'));
      this.#pending = { request, reader: new AnswerReader(), signal, sent: 'nothing', resolve, reject };
      signal?.addEventListener('abort', this.#onAbort);
      const kept = this.#socket;
      if (kept === undefined) this.#socket = this.#open();
      else this.#send(kept);
    });
  }

  close(): void {
    this.#fail('ECONNRESET', 'the connection was closed');
  }

  #open(): Socket {
    const { host, port, localAddress } = this.#address;
    const socket = connect({ host, port, noDelay: true, keepAlive: true, ...(localAddress !== undefined && { localAddress }) });
    // whatever a socket says after it was given up is nobody's
    const own = (act: () => void): void => {
      if (this.#socket === socket) act();
    };
    socket.on('connect', () => own(() => this.#send(socket)));
    socket.on('data', (piece: Buffer) => own(() => this.#receive(piece)));
    socket.on('error', (error: NodeJS.ErrnoException) => own(() => this.#fail(error.code ?? error.name, error.message)));
    for (const event of ['end', 'close'] as const) socket.on(event, () => own(() => this.#ended()));
    return socket;
  }

  #send(socket: Socket): void {
    if (this.#pending === undefined) return;
    this.#pending.sent = 'maybe';
    socket.write(this.#pending.request);
  }

  #receive(piece: Buffer): void {
    if (this.#pending === undefined) {
      // nobody asked: it must not be taken for the answer to what is asked next
      this.#fail('EPROTO', 'the server answered unasked');
      return;
    }
    try {
      const answer = this.#pending.reader.read(piece);
      if (answer !== undefined) this.#answer(answer, this.#pending.reader.keep);
    } catch (error) {
      this.#fail('EPROTO', messageOf(error));
    }
  }

  #answer(answer: HttpAnswer, keep: boolean): void {
    const pending = this.#settle();
    if (!keep) this.#drop();
    pending?.resolve(answer);
  }

  #ended(): void {
    const answer = this.#pending?.reader.end();
    if (answer !== undefined) this.#answer(answer, false);
    else this.#fail('ECONNRESET', 'the connection ended before the answer did');
  }

  readonly #onAbort = (): void => this.#fail('ABORT_ERR', 'it was given up');

  /** Gives the connection up, and tells whoever waits. */
  #fail(code: string, message: string): void {
    this.#drop();
    const pending = this.#settle();
    pending?.reject(new TransportError(pending.sent, code, message));
  }

  #settle(): Pending | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.signal?.removeEventListener('abort', this.#onAbort);
    return pending;
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }
}
