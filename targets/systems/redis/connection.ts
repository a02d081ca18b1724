/**
 * One connection to a Redis server or sentinel: commands in one message, their replies in their order. Written on a socket:
 * the usual clients keep commands for later, send them again and follow redirections, which falsifies histories, and none
 * says of a lost connection whether anything had been sent, which an error table must know (rule 2).
 */
import { connect, type Socket } from 'node:net';
import type { Address } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { type Command, encode, type Reply, ReplyReader } from './resp.ts';

/** The message under way. */
interface Pending {
  readonly message: string;
  readonly replies: Reply[];
  readonly expected: number;
  readonly signal: AbortSignal | undefined;
  sent: TransportError['sent'];
  resolve(replies: readonly Reply[]): void;
  reject(error: TransportError): void;
}

export class Connection {
  readonly #address: Address;
  readonly #unasked: ((reply: Reply) => void) | undefined;
  #reader = new ReplyReader();
  /** Open, or being opened; what is known to be closed is not kept. */
  #socket: Socket | undefined;
  #pending: Pending | undefined;

  /** Nothing is connected before the first command. `unasked` takes what comes without a question, of subscriptions. */
  constructor(address: Address, unasked?: (reply: Reply) => void) {
    this.#address = address;
    this.#unasked = unasked;
  }

  /** Whether the next commands will go over the connection that the last ones went over. */
  get alive(): boolean {
    return this.#socket !== undefined;
  }

  /** Gives a reply for each command; refusals are among them. Rejects with TransportError. One message at a time; never repeats. */
  ask(commands: readonly Command[], signal?: AbortSignal): Promise<readonly Reply[]> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new TransportError('nothing', 'ABORT_ERR', 'it was given up before'));
      if (this.#pending !== undefined) return reject(new TransportError('nothing', 'EBUSY', 'another message is under way on this connection'));
      const message = commands.map(encode).join('');
      this.#pending = { message, replies: [], expected: commands.length, signal, sent: 'nothing', resolve, reject };
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
    this.#reader = new ReplyReader();
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

  #settle(): Pending | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.signal?.removeEventListener('abort', this.#onAbort);
    return pending;
  }
}
