/**
 * Clients of the workload `queue`: a stream that keeps a message until it is acknowledged, and one consumer that all pull
 * from. What a client has not acknowledged within `ack_wait`, or says that it will not, is delivered again.
 */
import type { Call, ClientFactory, Cluster, Invocation, Ns, Outcome } from '../../../harness/contracts/index.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import type { DrainedMessages, QueueDelivery, QueueOperation } from '../../../workloads/operations/queue.ts';
import { natsClients, type Operator, unlessGone } from './client-factory.ts';
import type { NatsConnection } from './connection.ts';
import { ask, type Pulled, publish, pull, STREAM } from './jetstream.ts';
import type { NatsOptions } from './options.ts';

const SUBJECT = 'ordeal.queue';
const CONSUMER = 'queue';
/** Longer than a client takes from one operation to the next, shorter than the drains of a node together. */
const ACK_WAIT = ms(3_000);
/** A drain asks for so many messages at once, and ends when it has as many, or after so long. */
const AT_ONCE = 50;
const MOST = 2_000;
const DRAIN_TIME = ms(1_500);
/** How often in a row the consumer must say that nothing is left, and how long to wait in between. */
const EMPTY_TIMES = 3;
const PAUSE = ms(100);
const clock = createRealClock();

interface ConsumerInfo {
  /** Messages that were never delivered, and those that were and are not acknowledged. */
  readonly num_pending: number;
  readonly num_ack_pending: number;
}

export function queueClients(options: NatsOptions): ClientFactory {
  return natsClients({
    options,
    stream: { subjects: [SUBJECT], retention: 'workqueue' },
    prepare: async (connection, signal) => {
      const config = { durable_name: CONSUMER, ack_policy: 'explicit', ack_wait: ACK_WAIT, max_ack_pending: -1, deliver_policy: 'all' };
      await ask(connection, `CONSUMER.DURABLE.CREATE.${STREAM}.${CONSUMER}`, { stream_name: STREAM, config }, signal);
    },
    operator: (connection, cluster) => new QueueOperator(connection, cluster),
  });
}

class QueueOperator implements Operator {
  readonly #connection: NatsConnection;
  readonly #cluster: Cluster | undefined;
  /** What was delivered in the last operation. */
  #held: Pulled[] = [];

  constructor(connection: NatsConnection, cluster: Cluster | undefined) {
    this.#connection = connection;
    this.#cluster = cluster;
  }

  async operate(op: Invocation, call: Call): Promise<Outcome> {
    await this.#connection.begin(call.signal);
    // what was delivered before stands in the history by now
    this.#answer('+ACK');
    try {
      return await this.#carryOut(op as QueueOperation, call);
    } catch (error) {
      // what was delivered stands nowhere, and may be delivered again
      this.#answer('-NAK');
      throw error;
    }
  }

  async #carryOut(op: QueueOperation, call: Call): Promise<Outcome> {
    switch (op.f) {
      case 'enqueue':
        await publish(this.#connection, SUBJECT, JSON.stringify(op.value), call.signal);
        return { type: 'ok', value: op.value };
      case 'dequeue': {
        const pulled = await this.#pull(call.signal);
        return { type: 'ok', value: pulled ?? null };
      }
      case 'drain':
        return { type: 'ok', value: await this.#drain(call) };
      default:
        throw new Error(`the queue client does not know "${(op as Invocation).f}"`);
    }
  }

  /** Gives back what it has not acknowledged. */
  close(): void {
    this.#answer('-NAK');
  }

  #answer(what: '+ACK' | '-NAK'): void {
    for (const { acknowledge } of this.#held) this.#connection.post(acknowledge, what);
    this.#held = [];
  }

  async #pull(signal: AbortSignal): Promise<QueueDelivery | undefined> {
    const pulled = await pull(this.#connection, CONSUMER, signal);
    if (pulled === undefined) return undefined;
    this.#held.push(pulled);
    return { message: JSON.parse(pulled.payload) as number, redelivered: pulled.deliveries > 1 };
  }

  async #drain(call: Call): Promise<DrainedMessages> {
    const taken: QueueDelivery[] = [];
    const until = (clock.now() + DRAIN_TIME) as Ns;
    for (let empty = 0; empty < EMPTY_TIMES; ) {
      if (taken.length >= MOST || clock.now() >= until) return { partial: taken };
      const left = await this.#left(call);
      if (left === undefined) return taken;
      if (left <= this.#held.length) empty++;
      else {
        empty = 0;
        const came = await this.#pullMany(call.signal);
        taken.push(...came);
        if (came.length === AT_ONCE) continue;
      }
      await clock.sleep(PAUSE, call.signal);
    }
    return taken;
  }

  /** As many as come. Rejects when all have come or not, so that none comes after the operation. */
  async #pullMany(signal: AbortSignal): Promise<QueueDelivery[]> {
    const pulls = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => this.#pull(signal)));
    const failed = pulls.find((pulled) => pulled.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return pulls.flatMap((pulled) => (pulled.status === 'fulfilled' && pulled.value !== undefined ? [pulled.value] : []));
  }

  /** How many messages are not acknowledged, those that this client holds among them; undefined where the stream is gone. */
  #left(call: Call): Promise<number | undefined> {
    return unlessGone(this.#cluster, call, async () => {
      const { num_pending, num_ack_pending } = await ask<ConsumerInfo>(this.#connection, `CONSUMER.INFO.${STREAM}.${CONSUMER}`, {}, call.signal);
      return num_pending + num_ack_pending;
    });
  }
}
