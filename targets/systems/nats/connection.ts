/**
 * One connection to one server: requests, each answered under a subject and to a subscription of its own, so that a late
 * answer is nobody else's.
 * The usual clients connect again, to other servers, and keep meanwhile what is published, which falsifies histories.
 */
import { connect, type Socket } from 'node:net';
import type { Address } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { awaiting, type Frame, FrameReader, INTRODUCTION, type NatsMessage, publication } from './protocol.ts';

interface Pending {
  /** Absent for who only waits until the server has answered the introduction. */
  readonly bytes: string | undefined;
  sent: TransportError['sent'];
  resolve(message: NatsMessage): void;
  reject(error: TransportError): void;
  /** Whoever waited is told: nobody listens for its abort any more. */
  forget(): void;
}

/** Below this, each connection has its answers. Any connection could listen to them: no two may have the same. */
const INBOX = '_INBOX';
let opened = 0;

/** What who only waits for the introduction is given. */
const NOTHING: NatsMessage = { subscription: 0, subject: '', payload: Buffer.alloc(0) };

export class NatsConnection {
  readonly #address: Address;
  readonly #inbox = `${INBOX}.${opened++}`;
  #number = 1;
  #reader = new FrameReader();
  /** Open, or being opened; what is known to be closed is not kept. */
  #socket: Socket | undefined;
  /** The server has answered the introduction. */
  #introduced = false;
  /** By the number of the subscription. */
  readonly #pending = new Map<number, Pending>();

  /** Nothing is connected before the first request. */
  constructor(address: Address) {
    this.#address = address;
  }

  /** Whether the next request will go over the connection that the last one went over. */
  get alive(): boolean {
    return this.#socket !== undefined;
  }

  /** One message, its one answer. Rejects with TransportError; never repeats. Given up, it ends the connection. */
  request(subject: string, payload: string, signal?: AbortSignal): Promise<NatsMessage> {
    const number = this.#number++;
    const inbox = `${this.#inbox}.${number}`;
    return this.#await(number, awaiting(inbox, number) + publication(subject, payload, inbox), signal);
  }

  /** Connects where there is no connection. Rejects with TransportError. */
  async begin(signal?: AbortSignal): Promise<void> {
    if (!this.#introduced) await this.#await(this.#number++, undefined, signal);
  }

  #await(number: number, bytes: string | undefined, signal: AbortSignal | undefined): Promise<NatsMessage> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new TransportError('nothing', 'ABORT_ERR', 'it was given up before'));
      const forget = (): void => {
        this.#pending.delete(number);
        signal?.removeEventListener('abort', this.#onAbort);
      };
      const pending: Pending = { bytes, sent: 'nothing', resolve, reject, forget };
      this.#pending.set(number, pending);
      signal?.addEventListener('abort', this.#onAbort);
      if (this.#socket === undefined) this.#open();
      else if (this.#introduced) this.#send(this.#socket, pending);
    });
  }

  /** A message that nobody answers, over the connection that there is; dropped where there is none. */
  post(subject: string, payload: string): void {
    if (this.#introduced) this.#socket?.write(publication(subject, payload));
  }

  close(): void {
    this.#fail('ECONNRESET', 'the connection was closed');
  }

  #open(): void {
    const { host, port, localAddress } = this.#address;
    const socket = connect({ host, port, noDelay: true, keepAlive: true, ...(localAddress !== undefined && { localAddress }) });
    this.#socket = socket;
    this.#introduced = false;
    this.#reader = new FrameReader();
    // whatever a socket says after it was given up is nobody's
    const own = (act: () => void): void => {
      if (this.#socket === socket) act();
    };
    socket.on('connect', () => own(() => socket.write(INTRODUCTION)));
    socket.on('data', (piece: Buffer) => own(() => this.#receive(socket, piece)));
    socket.on('error', (error: NodeJS.ErrnoException) => own(() => this.#fail(error.code ?? error.name, error.message)));
    for (const event of ['end', 'close'] as const) socket.on(event, () => own(() => this.#fail('ECONNRESET', 'the connection was lost')));
  }

  #send(socket: Socket, pending: Pending): void {
    if (pending.bytes === undefined) {
      pending.forget();
      pending.resolve(NOTHING);
      return;
    }
    pending.sent = 'maybe';
    socket.write(pending.bytes);
  }

  #receive(socket: Socket, piece: Buffer): void {
    try {
      for (const frame of this.#reader.read(piece)) this.#take(socket, frame);
    } catch (error) {
      this.#fail('EPROTO', messageOf(error));
    }
  }

  #take(socket: Socket, frame: Frame): void {
    switch (frame.kind) {
      case 'message': {
        const pending = this.#pending.get(frame.message.subscription);
        pending?.forget();
        pending?.resolve(frame.message);
        return;
      }
      case 'ping':
        socket.write('PONG\r\n');
        return;
      case 'pong':
        if (this.#introduced) return;
        this.#introduced = true;
        for (const pending of [...this.#pending.values()]) this.#send(socket, pending);
        return;
      case 'error':
        this.#fail('EPROTO', `the server says ${frame.text}`);
        return;
      case 'other':
    }
  }

  readonly #onAbort = (): void => this.#fail('ABORT_ERR', 'it was given up');

  /** Gives the connection up, and tells all who wait. */
  #fail(code: string, message: string): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#introduced = false;
    socket?.destroy();
    for (const pending of [...this.#pending.values()]) {
      pending.forget();
      pending.reject(new TransportError(pending.sent, code, message));
    }
  }
}
