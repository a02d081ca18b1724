/**
 * The order of each producer: of two messages that one process enqueued one after the other, the first is delivered first.
 * Judged are messages that were enqueued once and delivered once, from the queue itself: a redelivery may come late.
 */
import type { History } from '../../harness/contracts/index.ts';
import type { Queue } from './collect.ts';
import type { Sightings } from './sightings.ts';

/** `earlier` was acknowledged before `later` was enqueued by the same process, and was delivered after it. Numbers of deliveries. */
export interface Reordered {
  readonly earlier: number;
  readonly later: number;
}

/** What of a producer's later messages was delivered first. */
interface Ahead {
  delivery: number;
  /** By drain (its completion): the delivery with the lowest place. */
  readonly inDrain: Map<number, number>;
}

/** For each message, at most one that overtook it. O(messages + deliveries). */
export function reorderedMessages(history: History, queue: Queue, seen: Sightings): Reordered[] {
  const { messages, deliveries } = queue;
  const { process } = history.columns;
  const firstUnknown = Math.min(Infinity, queue.unknownDequeues[0] ?? Infinity, queue.unknownDrains[0] ?? Infinity);
  const judged = Int32Array.from(messages.values.keys()).filter(
    (message) => messages.attempts[message] === 1 && seen.times[message] === 1 && seen.dead[message] === 0 && messages.possible[message]! !== Infinity,
  );
  // by invocation: a producer's last messages first
  judged.sort((a, b) => messages.possible[b]! - messages.possible[a]!);
  const ahead = new Map<number, Ahead>();
  const found: Reordered[] = [];
  for (const message of judged) {
    const delivery = seen.first[message]!;
    const producer = process[messages.possible[message]!]!;
    const invoke = deliveries.invoke[delivery]!;
    const complete = deliveries.complete[delivery]!;
    const later = ahead.get(producer);
    // somebody whose answer is not known may have held it before, unless the queue says that this was its first time
    const first = deliveries.redelivered[delivery] === 0 || (deliveries.redelivered[delivery] === -1 && invoke < firstUnknown);
    const acked = messages.acked[message]! !== Infinity;
    if (later !== undefined && first && acked) {
      const beside = later.inDrain.get(complete);
      if (deliveries.complete[later.delivery]! < invoke) found.push({ earlier: delivery, later: later.delivery });
      else if (beside !== undefined && deliveries.position[beside]! < deliveries.position[delivery]!) found.push({ earlier: delivery, later: beside });
    }
    if (later === undefined) ahead.set(producer, { delivery, inDrain: new Map([[complete, delivery]]) });
    else {
      if (complete < deliveries.complete[later.delivery]!) later.delivery = delivery;
      const beside = later.inDrain.get(complete);
      if (beside === undefined || deliveries.position[delivery]! < deliveries.position[beside]!) later.inDrain.set(complete, delivery);
    }
  }
  return found.reverse();
}
