/**
 * A session with one server: it ends with its connection, and the next request begins another. Nobody pings: a session that
 * nothing was asked in for its timeout is ended by the server, which is no harm where none holds anything.
 */
import type { Address } from '../../../harness/contracts/index.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { ReplyChannel } from '../reply-channel/reply-channel.ts';
import { ZookeeperError } from './errors.ts';
import { type Answer, answerIn, closeSession, connectRequest, FrameReader, type Request, requestFrame, sessionTimeoutIn } from './jute.ts';

/** The longest that a server grants: 20 of its ticks. */
const TIMEOUT_MS = 10_000;

export class Session {
  readonly #channel: ReplyChannel<Buffer>;
  #xid = 0;

  constructor(address: Address) {
    this.#channel = new ReplyChannel(address, () => new FrameReader());
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
      const [frame] = await this.#channel.exchange(connectRequest(TIMEOUT_MS), 1, signal);
      if (sessionTimeoutIn(frame!) > 0) return;
      this.#channel.close();
      throw new TransportError('nothing', 'ECONNREFUSED', 'the server refused the session');
    } catch (error) {
      if (error instanceof TransportError) throw new TransportError('nothing', error.code, error.message);
      throw error;
    }
  }

  /** Ends the session, for which nobody waits. */
  close(): void {
    if (!this.#channel.alive) return;
    const end = (): void => this.#channel.close();
    this.askAll([closeSession]).then(end, end);
  }
}
