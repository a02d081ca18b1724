/** What is wrong with one queue. O(messages + deliveries). */
import type { Budget, History } from '../../harness/contracts/index.ts';
import { NS_PER_MS } from '../../harness/time/units.ts';
import type { RunPhases } from '../columns/run-phases.ts';
import { ask } from '../verdict/exhausted.ts';
import type { Queue } from './collect.ts';
import { ACK_CONFIRMED, ACK_RETURNED } from './delivery.ts';
import { type FinalDrain, finalDrain } from './final-drain.ts';
import { type Reordered, reorderedMessages } from './producer-order.ts';
import { Sightings } from './sightings.ts';

export interface Promises {
  readonly order: 'any' | 'fifo';
  /** Whether a dequeue or drain of unknown outcome may have removed what it was about to deliver. */
  readonly unknownTakes: 'may-remove' | 'remove-nothing';
  /** A message that is only among the dead letters: `kept` or `lost`. */
  readonly deadLetters: 'kept' | 'lost';
  readonly visibilityMs: number | undefined;
}

/** Two deliveries of a message. */
export interface TwoDeliveries {
  readonly first: number;
  readonly second: number;
}

/** Numbers of messages and of deliveries, in order. */
export interface Judgement {
  readonly queue: Queue;
  readonly drain: FinalDrain;
  /** Acknowledged, and in no delivery. Lost where the drain is complete and nobody can have taken them. */
  readonly missing: readonly number[];
  /** At most so many of the missing ones may have been taken by somebody whose answer is not known. */
  readonly hidden: number;
  readonly lost: readonly number[];
  /** Deliveries of what nobody had asked for before, and of what had been refused. */
  readonly unexpected: readonly number[];
  readonly failedVisible: readonly number[];
  readonly duplicates: readonly TwoDeliveries[];
  readonly early: readonly TwoDeliveries[];
  readonly reordered: readonly Reordered[];
  /** Only among the dead letters, though acknowledged. */
  readonly deadLettered: readonly number[];
  /** Messages: delivered, more than once, with unknown enqueue, enqueued more than once. */
  readonly counts: { readonly delivered: number; readonly redelivered: number; readonly recovered: number; readonly ambiguous: number };
}

/** Throws BudgetExhausted. */
export function judgeQueue(history: History, queue: Queue, phases: RunPhases, lastNemesis: number, promises: Promises, budget: Budget): Judgement {
  const { messages } = queue;
  ask(budget, messages.values.length * 80 + queue.deliveries.count * 28);
  const drain = finalDrain(history, queue, phases, lastNemesis);
  const seen = new Sightings(queue);
  const impossible = impossibleDeliveries(queue);
  const missing: number[] = [];
  const deadLettered: number[] = [];
  const counts = { delivered: 0, redelivered: 0, recovered: 0, ambiguous: 0 };
  for (let message = 0; message < messages.values.length; message++) {
    const times = seen.times[message]!;
    const acked = messages.acked[message]! !== Infinity;
    if (messages.attempts[message]! > 1) counts.ambiguous++;
    if (times > 0) counts.delivered++;
    if (times > 1) counts.redelivered++;
    if (times > 0 && !acked && messages.possible[message]! !== Infinity) counts.recovered++;
    if (acked && times === 0) missing.push(message);
    if (acked && times > 0 && times === seen.dead[message]) deadLettered.push(message);
  }
  const hidden = promises.unknownTakes === 'remove-nothing' ? 0 : queue.unknownDrains.length > 0 ? Infinity : queue.unknownDequeues.length;
  return {
    queue,
    drain,
    missing,
    hidden,
    lost: drain.open === undefined && missing.length > hidden ? missing : [],
    ...impossible,
    duplicates: duplicates(queue),
    early: promises.visibilityMs === undefined ? [] : earlyRedeliveries(history, queue, promises.visibilityMs * NS_PER_MS),
    reordered: promises.order === 'fifo' ? reorderedMessages(history, queue, seen) : [],
    deadLettered,
    counts,
  };
}

/** The first delivery of each message that ended before any attempt that may have happened had begun. */
function impossibleDeliveries({ messages, deliveries }: Queue): Pick<Judgement, 'unexpected' | 'failedVisible'> {
  const unexpected: number[] = [];
  const failedVisible: number[] = [];
  const told = new Uint8Array(messages.values.length);
  for (let d = 0; d < deliveries.count; d++) {
    const message = deliveries.message[d]!;
    const complete = deliveries.complete[d]!;
    if (told[message] === 1 || messages.possible[message]! < complete) continue;
    told[message] = 1;
    (messages.refused[message]! < complete ? failedVisible : unexpected).push(d);
  }
  return { unexpected, failedVisible };
}

/**
 * Per message, the first delivery that was asked for after an acknowledgement had been confirmed. What was enqueued more
 * than once may rightly come more than once.
 */
function duplicates({ messages, deliveries }: Queue): TwoDeliveries[] {
  const found: TwoDeliveries[] = [];
  const confirmed = new Int32Array(messages.values.length).fill(-1);
  const told = new Uint8Array(messages.values.length);
  for (let d = 0; d < deliveries.count; d++) {
    const message = deliveries.message[d]!;
    if (messages.attempts[message]! > 1 || told[message] === 1) continue;
    const first = confirmed[message]!;
    if (first >= 0 && deliveries.invoke[d]! > deliveries.complete[first]!) {
      told[message] = 1;
      found.push({ first, second: d });
    } else if (first < 0 && deliveries.ack[d] === ACK_CONFIRMED) confirmed[message] = d;
  }
  return found;
}

/**
 * Per message, the first delivery that came too soon after an earlier one that nobody had given back: even counted from the
 * call of the one to the return of the other, less than `visibility` ns had passed.
 */
function earlyRedeliveries({ columns: { time } }: History, { messages, deliveries }: Queue, visibility: number): TwoDeliveries[] {
  const found: TwoDeliveries[] = [];
  /** The deliveries that count, by message, in order of completion; `latest[n]`: the one of the first n + 1 with the latest call. */
  const held = new Map<number, { readonly completions: number[]; readonly latest: number[] }>();
  const told = new Uint8Array(messages.values.length);
  for (let d = 0; d < deliveries.count; d++) {
    const message = deliveries.message[d]!;
    if (messages.attempts[message]! > 1 || told[message] === 1) continue;
    const before = held.get(message);
    const ended = before === undefined ? -1 : lastBelow(before.completions, deliveries.invoke[d]!);
    const first = ended < 0 ? -1 : before!.latest[ended]!;
    if (first >= 0 && time[deliveries.complete[d]!]! - time[deliveries.invoke[first]!]! < visibility) {
      told[message] = 1;
      found.push({ first, second: d });
    }
    if (deliveries.ack[d] === ACK_RETURNED) continue;
    if (before === undefined) held.set(message, { completions: [deliveries.complete[d]!], latest: [d] });
    else {
      const latest = before.latest.at(-1)!;
      before.completions.push(deliveries.complete[d]!);
      before.latest.push(deliveries.invoke[d]! > deliveries.invoke[latest]! ? d : latest);
    }
  }
  return found;
}

/** The last place whose value is below `limit`, in ascending values; -1 where none is. */
function lastBelow(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
