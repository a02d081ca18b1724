/** One connection to a Redis server or sentinel: commands in one message, their replies in their order. */
import type { Address } from '../../../harness/contracts/index.ts';
import { ReplyChannel } from '../reply-channel/reply-channel.ts';
import { type Command, encode, type Reply, ReplyReader } from './resp.ts';

export class Connection extends ReplyChannel<Reply> {
  /** Nothing is connected before the first command. `unasked` takes what comes without a question, of subscriptions. */
  constructor(address: Address, unasked?: (reply: Reply) => void) {
    super(address, () => new ReplyReader(), unasked);
  }

  /** Gives a reply for each command; refusals are among them. Rejects with TransportError. One message at a time; never repeats. */
  ask(commands: readonly Command[], signal?: AbortSignal): Promise<readonly Reply[]> {
    return this.exchange(commands.map(encode).join(''), commands.length, signal);
  }
}
