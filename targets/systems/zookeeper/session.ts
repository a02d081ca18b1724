/**
 * A session with one server. It is left with its connection, and the next request begins another. Nobody pings: a session that
 * nothing was asked in for its timeout is ended by the server, with all nodes that are gone with it.
 */
import type { Address } from '../../../harness/contracts/index.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { ReplyChannel } from '../reply-channel/reply-channel.ts';
import { ZookeeperError } from './errors.ts';
import { type Answer, answerIn, closeSession, connectRequest, FrameReader, type Request, requestFrame, sessionTimeoutIn } from './jute.ts';

/** The longest that a server grants: 20 of its ticks. */
const LONGEST_MS = 10_000;

export class Session {
  readonly #channel: ReplyChannel<Buffer>;
  readonly #timeoutMs: number;
  #granted = 0;
  #xid = 0;
  #notified: () => void = () => undefined;

  /** `timeoutMs` is what is asked for. */
  constructor(address: Address, timeoutMs: number = LONGEST_MS) {
    this.#channel = new ReplyChannel(address, () => new FrameReader(() => this.#notified()));
    this.#timeoutMs = timeoutMs;
  }

  /** What the server has granted (ms); servers look for sessions that are over once a tick, so it may last a tick longer. */
  get timeoutMs(): number {
    return this.#granted;
  }

  /** Resolves with the next notification of a watch; rejects with the signal's reason. To be called before the watch is set. */
  notification(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      this.#notified = resolve;
    });
  }

  /** One request. Rejects with TransportError, and with ZookeeperError where it is refused. */
  async ask(request: Request, signal?: AbortSignal): Promise<Buffer> {
    const [answer] = await this.askAll([request], signal);
    if (answer!.error !== 0) throw new ZookeeperError(answer!.error);
    return answer!.body;
  }

  /** Requests in one message: they are done in their order, and nothing of this session comes between. Refusals are among the answers. */
  async askAll(requests: readonly Request[], signal?: AbortSignal): Promise<readonly Answer[]> {
    await this.begin(signal);
    return this.#exchange(requests, signal);
  }

  /** The same, in the session that was begun and in no other. Rejects with TransportError where it is over. */
  async askWithin(requests: readonly Request[], signal?: AbortSignal): Promise<readonly Answer[]> {
    if (!this.#channel.alive) throw new TransportError('nothing', 'ECONNRESET', 'the connection of the session was lost');
    return this.#exchange(requests, signal);
  }

  async #exchange(requests: readonly Request[], signal?: AbortSignal): Promise<readonly Answer[]> {
    const first = this.#xid + 1;
    this.#xid += requests.length;
    const message = Buffer.concat(requests.map((request, i) => requestFrame(first + i, request)));
    const answers = (await this.#channel.exchange(message, requests.length, signal)).map(answerIn);
    const strange = answers.find(({ xid }, i) => xid !== first + i);
    if (strange === undefined) return answers;
    this.#channel.close();
    throw new TransportError('maybe', 'EPROTO', `the server answered request ${strange.xid}, which was not its turn`);
  }

  /** Begins a session where there is none. Rejects with TransportError: nothing that matters was sent. */
  async begin(signal?: AbortSignal): Promise<void> {
    if (this.#channel.alive) return;
    try {
      const [frame] = await this.#channel.exchange(connectRequest(this.#timeoutMs), 1, signal);
      this.#granted = sessionTimeoutIn(frame!);
      if (this.#granted > 0) return;
      this.#channel.close();
      throw new TransportError('nothing', 'ECONNREFUSED', 'the server refused the session');
    } catch (error) {
      if (error instanceof TransportError) throw new TransportError('nothing', error.code, error.message);
      throw error;
    }
  }

  /** Leaves the session to its timeout. */
  abandon(): void {
    this.#channel.close();
  }

  /** Ends the session, for which nobody waits. */
  close(): void {
    if (!this.#channel.alive) return;
    const end = (): void => this.#channel.close();
    this.askAll([closeSession]).then(end, end);
  }
}
