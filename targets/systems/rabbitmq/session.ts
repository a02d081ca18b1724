/**
 * One connection to a member with one channel in confirm mode, by the driver `amqplib`: an optional peer, loaded when it is
 * needed. It never reconnects and never publishes again (`recovery` is not asked for); whoever wants another connection opens
 * another session.
 */
import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import type { Address } from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { QueueDelivery } from '../../../workloads/operations/queue.ts';
import { publishError, RabbitmqError } from './errors.ts';

/** Loads the driver. Throws ORDEAL_PROVISION_FAILED where it is not installed. */
export async function loadDriver(): Promise<typeof import('amqplib')> {
  try {
    return await import('amqplib');
  } catch (cause) {
    const what = 'the driver "amqplib" is not installed';
    throw new OrdealError('ORDEAL_PROVISION_FAILED', { what, where: 'amqplib', remedy: 'npm install --save-dev amqplib', cause });
  }
}

export class Session {
  readonly #connection: ChannelModel;
  /** Destroys the socket: amqplib's own `close` waits for an answer. */
  readonly #cut: AbortController;
  #channel: ConfirmChannel | undefined;
  #alive = true;
  /** Deliveries that were handed out and not acknowledged. */
  #unacknowledged: Message | undefined;
  readonly #returned = new Set<string>();
  #published = 0;

  private constructor(connection: ChannelModel, cut: AbortController) {
    this.#connection = connection;
    this.#cut = cut;
  }

  /** Rejects with RabbitmqError: nothing was asked of the broker. */
  static async open({ host, port, localAddress }: Address, signal?: AbortSignal): Promise<Session> {
    const { connect } = await loadDriver();
    const cut = new AbortController();
    const giveUp = (): void => cut.abort();
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      signal?.throwIfAborted();
      const socket = { noDelay: true, signal: cut.signal, ...(localAddress !== undefined && { localAddress }) };
      const connection = await connect({ hostname: host, port, heartbeat: 0 }, socket);
      const session = new Session(connection, cut);
      connection.on('error', () => session.close()).on('close', () => session.close());
      await session.#open();
      return session;
    } catch (error) {
      cut.abort();
      throw error instanceof RabbitmqError ? error : new RabbitmqError('none', 'not-connected', messageOf(error));
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Whether it can be asked something. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Declares a durable queue, or finds it there as it should be. */
  async declare(queue: string, kind: 'classic' | 'quorum'): Promise<{ readonly messages: number }> {
    const channel = await this.#open();
    const { messageCount } = await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': kind } });
    return { messages: messageCount };
  }

  /** Resolves once the broker has confirmed the message. Rejects with RabbitmqError. */
  async publish(queue: string, message: number, signal?: AbortSignal): Promise<void> {
    const channel = await this.#open();
    await this.#during(signal, () => {
      const messageId = String(this.#published++);
      return new Promise<void>((resolve, reject) => {
        const confirmed = (error: Error | null): void => {
          if (error) reject(publishError(error));
          // nobody to route it to: confirmed, and gone
          else if (this.#returned.delete(messageId)) reject(new RabbitmqError('none', 'unroutable', 'there was no such queue'));
          else resolve();
        };
        const body = Buffer.from(JSON.stringify(message));
        try {
          channel.sendToQueue(queue, body, { persistent: true, mandatory: true, messageId }, confirmed);
        } catch (error) {
          reject(new RabbitmqError('none', 'channel-closed', messageOf(error)));
        }
      });
    });
  }

  /** One message, undefined where there is none. It is not acknowledged. Rejects with RabbitmqError. */
  async get(queue: string, signal?: AbortSignal): Promise<QueueDelivery | undefined> {
    const channel = await this.#open();
    return this.#during(signal, async () => {
      try {
        const got = await channel.get(queue);
        if (got === false) return undefined;
        this.#unacknowledged = got;
        return deliveryOf(got);
      } catch (error) {
        throw new RabbitmqError('none', codeOf(error) ?? 'connection-lost', messageOf(error));
      }
    });
  }

  /**
   * Consumes until `enough`, which is asked again and again with how many have come so far and how many are said to be left;
   * what came is not acknowledged. Rejects with RabbitmqError.
   */
  async consume(queue: string, most: number, enough: (came: number, left: number) => Promise<boolean>, signal?: AbortSignal): Promise<QueueDelivery[]> {
    const channel = await this.#open();
    return this.#during(signal, async () => {
      const came: QueueDelivery[] = [];
      let cancelled = false;
      const receive = (message: Message | null): void => {
        if (message === null) cancelled = true;
        else {
          this.#unacknowledged = message;
          came.push(deliveryOf(message));
        }
      };
      try {
        await channel.prefetch(most);
        const { consumerTag } = await channel.consume(queue, receive);
        while (!cancelled && !(await enough(came.length, (await channel.checkQueue(queue)).messageCount)));
        if (!cancelled) await channel.cancel(consumerTag);
      } catch (error) {
        throw new RabbitmqError('none', codeOf(error) ?? 'connection-lost', messageOf(error));
      }
      if (!cancelled) return came;
      // what it had delivered goes back into the queue with the connection
      this.close();
      throw new RabbitmqError('none', 'cancelled', 'the broker ended the consumer');
    });
  }

  /** Acknowledges all that was handed out. The broker does not confirm that. */
  acknowledge(): void {
    const last = this.#unacknowledged;
    this.#unacknowledged = undefined;
    if (last !== undefined) this.#channel?.ack(last, true);
  }

  close(): void {
    this.#alive = false;
    this.#channel = undefined;
    this.#cut.abort();
  }

  /** The channel, or another one where the broker has closed it (a queue whose leader is not there). */
  async #open(): Promise<ConfirmChannel> {
    if (!this.#alive) throw new RabbitmqError('none', 'connection-lost', 'the connection was lost before');
    if (this.#channel !== undefined) return this.#channel;
    try {
      const channel = await this.#connection.createConfirmChannel();
      this.#channel = channel;
      const gone = (): void => {
        if (this.#channel !== channel) return;
        this.#channel = undefined;
        // what was not acknowledged is back in the queue
        this.#unacknowledged = undefined;
      };
      channel.on('error', gone).on('close', gone);
      channel.on('return', ({ properties }) => this.#returned.add(String(properties.messageId)));
      return channel;
    } catch (error) {
      throw new RabbitmqError('none', codeOf(error) ?? 'connection-lost', messageOf(error));
    }
  }

  async #during<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const giveUp = (): void => this.close();
    signal?.throwIfAborted();
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      return await work();
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }
}

function deliveryOf({ content, fields }: Message): QueueDelivery {
  return { message: JSON.parse(content.toString()) as number, redelivered: fields.redelivered };
}

/** What the broker closed the channel or the connection with: `404 NOT_FOUND`. */
function codeOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? `amqp-${code}` : undefined;
}
