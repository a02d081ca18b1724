/** The figures behind a verdict on queues, and what stays undecided. */
import type { History, Reason, Value } from '../../harness/contracts/index.ts';
import { NS_PER_MS } from '../../harness/time/units.ts';
import { words } from '../columns/events.ts';
import { quantiles } from '../columns/quantiles.ts';
import type { Collected, QueueNames } from './collect.ts';
import type { Judgement } from './judge.ts';
import { Sightings } from './sightings.ts';

/** The figures of all queues. Latencies in ms of the run's clock, from the acknowledgement to the first delivery. */
export function queueStats(history: History, judged: readonly Judgement[]): Value {
  const sum = (figure: (one: Judgement) => number): number => judged.reduce((total, one) => total + figure(one), 0);
  return {
    queues: judged.length,
    attempts: sum(({ queue: { enqueues } }) => enqueues.ok + enqueues.fail + enqueues.info),
    acknowledged: sum(({ queue }) => queue.enqueues.ok),
    failed: sum(({ queue }) => queue.enqueues.fail),
    unknown: sum(({ queue }) => queue.enqueues.info),
    deliveries: sum(({ queue }) => queue.deliveries.count),
    drained: sum(({ queue }) => queue.drained),
    delivered: sum(({ counts }) => counts.delivered),
    lost: sum(({ lost, hidden }) => Math.max(0, lost.length - hidden)),
    missing: sum(({ missing }) => missing.length),
    unexpected: sum(({ unexpected }) => unexpected.length),
    failedButVisible: sum(({ failedVisible }) => failedVisible.length),
    duplicated: sum(({ duplicates }) => duplicates.length),
    redelivered: sum(({ counts, duplicates }) => counts.redelivered - duplicates.length),
    recovered: sum(({ counts }) => counts.recovered),
    reordered: sum(({ reordered }) => reordered.length),
    earlyRedeliveries: sum(({ early }) => early.length),
    deadLettered: sum(({ deadLettered }) => deadLettered.length),
    lostByNode: lostByNode(history, judged),
    deliveryLatencyMs: quantiles(judged.flatMap((one) => latencies(history, one))),
  };
}

/** Who had confirmed what is missing, and between which times: `n1`: 12 from 4200 to 6100 ms. */
function lostByNode(history: History, judged: readonly Judgement[]): Value {
  const byNode: Record<string, { messages: number; firstMs: number; lastMs: number }> = {};
  for (const { lost, queue } of judged) {
    for (const message of lost) {
      const ack = queue.messages.acked[message]!;
      const atMs = history.columns.time[ack]! / NS_PER_MS;
      const node = history.nodes[history.columns.node[ack]!] ?? 'unknown';
      const { messages, firstMs, lastMs } = byNode[node] ?? { messages: 0, firstMs: atMs, lastMs: atMs };
      byNode[node] = { messages: messages + 1, firstMs: Math.min(firstMs, atMs), lastMs: Math.max(lastMs, atMs) };
    }
  }
  return byNode;
}

function latencies({ columns: { time } }: History, { queue }: Judgement): number[] {
  const { first } = new Sightings(queue);
  const found: number[] = [];
  for (const [message, delivery] of first.entries()) {
    const acked = queue.messages.acked[message]!;
    if (delivery >= 0 && acked !== Infinity) found.push(Math.max(0, time[queue.deliveries.complete[delivery]!]! - time[acked]!) / NS_PER_MS);
  }
  return found;
}

/** What cannot be decided. A verdict of `valid` needs acknowledged messages, deliveries, and a drain that drained something. */
export function openQuestions(history: History, judged: readonly Judgement[], { malformed, foreign }: Collected, names: QueueNames): Reason[] {
  const reasons: Reason[] = [];
  if (foreign > 0)
    reasons.push({
      code: 'foreign-operations',
      message: `${foreign} operations are neither "${names.enqueue}", "${names.dequeue}" nor "${names.drain}": what they do is not known to this checker`,
    });
  const [first] = malformed;
  if (first !== undefined) {
    const value = words(history.value(history.columns.value[first]!));
    reasons.push({ code: 'malformed-delivery', message: `${malformed.length} answers are no deliveries (event ${first}: ${value})` });
  }
  const acknowledged = judged.reduce((total, { queue }) => total + queue.enqueues.ok, 0);
  if (acknowledged === 0) return [...reasons, { code: 'nothing-acknowledged', message: `no "${names.enqueue}" was acknowledged, so nothing could be lost` }];
  if (judged.every(({ queue }) => queue.deliveries.count === 0))
    reasons.push({ code: 'nothing-delivered', message: 'not one message was delivered', remedy: 'See why dequeues and drains got nothing.' });
  return [...reasons, ...judged.flatMap((one) => drainReasons(one, names))];
}

function drainReasons({ queue, drain, missing, lost, hidden, counts }: Judgement, { drain: name }: QueueNames): Reason[] {
  const reasons: Reason[] = [];
  const open = {
    never: `no "${name}" went on until the queue was empty after everything had ended and was healed`,
    'not-by-all': `${drain.without.join(', ')} did not drain the queue until it was empty`,
    'moved-since': `no "${name}" began after the last other operation had ended`,
  };
  if (drain.open !== undefined && queue.enqueues.ok > 0)
    reasons.push({
      code: 'drain-incomplete',
      message: `${open[drain.open]}: whether ${missing.length} acknowledged messages that nobody got are lost is not known`,
      remedy: 'Let the run settle for longer, or see why the final drain failed.',
    });
  else if (queue.drained === 0 && missing.length === 0)
    reasons.push({
      code: 'drain-empty',
      message: `the final "${name}" found nothing: at the end there was no message that could have been lost`,
      remedy: 'Let more be enqueued than is dequeued.',
    });
  if (drain.open === undefined && missing.length > 0 && lost.length === 0)
    reasons.push({
      code: 'perhaps-taken',
      message: `${missing.length} acknowledged messages are in no delivery, but operations of unknown outcome may have taken ${hidden === Infinity ? 'any number of them' : hidden}`,
    });
  if (counts.ambiguous > 0)
    reasons.push({
      code: 'ambiguous-messages',
      message: `${counts.ambiguous} messages were enqueued more than once: duplicates and the order of those are not judged`,
    });
  return reasons;
}
