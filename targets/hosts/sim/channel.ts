/**
 * A client's connection to a simulated node: requests and answers cross the network like everything else, in order, and
 * either of them may be swallowed by a cut, so a request may be applied and its answer lost.
 *
 * Errors carry codes. `ECONNREFUSED`: nobody listened when the request arrived, it certainly had no effect.
 * `ECONNRESET`: the program died with the request in its hands, or the channel was closed: unknown. `ABORT_ERR`: the
 * caller gave up: unknown.
 */
import type { Channel, NodeId, Position, Value } from '../../../harness/contracts/index.ts';
import { ConnectionError } from './connection-error.ts';
import type { Receiver } from './event-heap.ts';
import { freezeDeeply } from './freeze.ts';
import type { Exchange } from './incarnation.ts';
import type { Network } from './network.ts';
import type { Scheduler } from './scheduler.ts';

/** A request that the client still waits for. */
class ClientExchange implements Exchange {
  readonly message: Value;
  readonly #channel: SimulatedChannel;
  readonly #signal: AbortSignal;
  readonly #resolve: (answer: Value) => void;
  readonly #reject: (error: ConnectionError) => void;
  readonly #onAbort: () => void;
  #done = false;

  constructor(channel: SimulatedChannel, message: Value, signal: AbortSignal, resolve: (answer: Value) => void, reject: (error: ConnectionError) => void) {
    this.#channel = channel;
    this.message = message;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onAbort = () => this.fail('ABORT_ERR', 'the request was given up');
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  answer(value: Value): void {
    this.#channel.sendBack(ANSWERS, { exchange: this, value });
  }

  broke(code: 'ECONNREFUSED' | 'ECONNRESET'): void {
    this.#channel.sendBack(BREAKS, { exchange: this, code });
  }

  succeed(value: Value): void {
    if (this.#settle()) this.#resolve(value);
  }

  fail(code: ConnectionError['code'], what: string): void {
    if (this.#settle()) this.#reject(new ConnectionError(code, `${code}: ${what} (${this.#channel.label})`));
  }

  /** Gives whether it was still open. */
  #settle(): boolean {
    if (this.#done) return false;
    this.#done = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#channel.forget(this);
    return true;
  }
}

const ANSWERS: Receiver = {
  fire(payload) {
    const { exchange, value } = payload as { readonly exchange: ClientExchange; readonly value: Value };
    exchange.succeed(value);
  },
  describe: (payload) => `answer ${JSON.stringify((payload as { readonly value: Value }).value)}`,
};

const BREAKS: Receiver = {
  fire(payload) {
    const { exchange, code } = payload as { readonly exchange: ClientExchange; readonly code: 'ECONNREFUSED' | 'ECONNRESET' };
    exchange.fail(code, code === 'ECONNREFUSED' ? 'nobody listens, nothing was done' : 'the connection broke before the answer came');
  },
  describe: (payload) => `broke ${(payload as { readonly code: string }).code}`,
};

export class SimulatedChannel implements Channel {
  readonly label: string;
  readonly #scheduler: Scheduler;
  readonly #network: Network;
  readonly #from: number;
  readonly #to: number;
  readonly #requests: Receiver;
  readonly #freeze: boolean;
  readonly #waiting = new Set<ClientExchange>();
  #lastRequestArrival = 0;
  #lastAnswerArrival = 0;
  #closed = false;

  constructor(scheduler: Scheduler, network: Network, node: NodeId, from: Position, requests: Receiver, freeze: boolean) {
    this.label = `${from}→${node}`;
    this.#scheduler = scheduler;
    this.#network = network;
    this.#from = network.indexOf(from);
    this.#to = network.indexOf(node);
    this.#requests = requests;
    this.#freeze = freeze;
  }

  request(message: Value, signal: AbortSignal): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new ConnectionError('ECONNREFUSED', `ECONNREFUSED: the channel is closed, nothing was sent (${this.label})`));
      if (signal.aborted) return reject(new ConnectionError('ABORT_ERR', `ABORT_ERR: given up before anything was sent (${this.label})`));
      if (this.#freeze) freezeDeeply(message);
      const exchange = new ClientExchange(this, message, signal, resolve, reject);
      this.#waiting.add(exchange);
      const arrival = this.#network.segment(this.#from, this.#to);
      if (arrival === undefined) return;
      this.#lastRequestArrival = Math.max(this.#lastRequestArrival, arrival);
      this.#scheduler.post(this.#lastRequestArrival, this.#requests, exchange, 0);
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const exchange of [...this.#waiting]) exchange.fail('ECONNRESET', 'the channel was closed before the answer came');
    return Promise.resolve();
  }

  /** For the node's side: puts an answer, or the news that the connection broke, on its way back. */
  sendBack(receiver: Receiver, payload: unknown): void {
    const arrival = this.#network.segment(this.#to, this.#from);
    if (arrival === undefined) return;
    this.#lastAnswerArrival = Math.max(this.#lastAnswerArrival, arrival);
    this.#scheduler.post(this.#lastAnswerArrival, receiver, payload, 0);
  }

  forget(exchange: ClientExchange): void {
    this.#waiting.delete(exchange);
  }
}
