/**
 * One connection for a protocol of messages and replies, written on a socket: one message under way, its replies in their
 * order. The usual clients keep messages for later, send them again and follow redirections, which falsifies histories, and
 * none says of a lost connection whether anything had been sent, which an error table must know (rule 2).
 */
import { connect, type Socket } from 'node:net';
import type { Address } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';

/** Cuts what arrives on one connection into replies. Throws where it is no reply of the protocol. */
export interface ReplyReader<Reply> {
  read(piece: Buffer): readonly Reply[];
}

/** The message under way. */
interface Pending<Reply> {
  readonly message: string | Uint8Array;
  readonly replies: Reply[];
  readonly expected: number;
  readonly signal: AbortSignal | undefined;
  sent: TransportError['sent'];
  resolve(replies: readonly Reply[]): void;
  reject(error: TransportError): void;
}

export class ReplyChannel<Reply> {
  readonly #address: Address;
  readonly #newReader: () => ReplyReader<Reply>;
  readonly #unasked: ((reply: Reply) => void) | undefined;
  #reader: ReplyReader<Reply>;
  /** Open, or being opened; what is known to be closed is not kept. */
  #socket: Socket | undefined;
  #pending: Pending<Reply> | undefined;

  /** Nothing is connected before the first message. `unasked` takes what comes without a question, of subscriptions. */
  constructor(address: Address, newReader: () => ReplyReader<Reply>, unasked?: (reply: Reply) => void) {
    this.#address = address;
    this.#newReader = newReader;
    this.#unasked = unasked;
    this.#reader = newReader();
  }

  /** Whether the next message will go over the connection that the last one went over. */
  get alive(): boolean {
    return this.#socket !== undefined;
  }

  /** Gives so many replies as are expected. Rejects with TransportError. One message at a time; never repeats. */
  exchange(message: string | Uint8Array, expected: number, signal?: AbortSignal): Promise<readonly Reply[]> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new TransportError('nothing', 'ABORT_ERR', 'it was given up before'));
      if (this.#pending !== undefined) return reject(new TransportError('nothing', 'EBUSY', 'another message is under way on this connection'));
      this.#pending = { message, replies: [], expected, signal, sent: 'nothing', resolve, reject };
      signal?.addEventListener('abort', this.#onAbort);
      const kept = this.#socket;
      if (kept === undefined) this.#open();
      else this.#send(kept);
    });
  }

  close(): void {
    this.#fail('ECONNRESET', 'the connection was closed');
  }

  #open(): void {
    const { host, port, localAddress } = this.#address;
    const socket = connect({ host, port, noDelay: true, keepAlive: true, ...(localAddress !== undefined && { localAddress }) });
    this.#socket = socket;
    this.#reader = this.#newReader();
    // whatever a socket says after it was given up is nobody's
    const own = (act: () => void): void => {
      if (this.#socket === socket) act();
    };
    socket.on('connect', () => own(() => this.#send(socket)));
    socket.on('data', (piece: Buffer) => own(() => this.#receive(piece)));
    socket.on('error', (error: NodeJS.ErrnoException) => own(() => this.#fail(error.code ?? error.name, error.message)));
    for (const event of ['end', 'close'] as const) socket.on(event, () => own(() => this.#fail('ECONNRESET', 'the connection was lost')));
  }

  #send(socket: Socket): void {
    if (this.#pending === undefined) return;
    this.#pending.sent = 'maybe';
    socket.write(this.#pending.message);
  }

  #receive(piece: Buffer): void {
    try {
      for (const reply of this.#reader.read(piece)) this.#take(reply);
    } catch (error) {
      this.#fail('EPROTO', messageOf(error));
    }
  }

  #take(reply: Reply): void {
    const pending = this.#pending;
    if (pending === undefined) {
      // it must not be taken for the answer to what is asked next
      if (this.#unasked === undefined) this.#fail('EPROTO', 'the server answered unasked');
      else this.#unasked(reply);
      return;
    }
    pending.replies.push(reply);
    if (pending.replies.length === pending.expected) this.#settle()?.resolve(pending.replies);
  }

  readonly #onAbort = (): void => this.#fail('ABORT_ERR', 'it was given up');

  /** Gives the connection up, and tells whoever waits. */
  #fail(code: string, message: string): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
    const pending = this.#settle();
    pending?.reject(new TransportError(pending.sent, code, message));
  }

  #settle(): Pending<Reply> | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.signal?.removeEventListener('abort', this.#onAbort);
    return pending;
  }
}
