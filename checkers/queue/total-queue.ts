/**
 * The checker `total-queue`: every acknowledged message is delivered, once unless it was never acknowledged by its consumer,
 * and nothing comes from nowhere (after Jepsen's total-queue, where duplicates never count, and a drain that stopped early
 * or a dequeue that timed out convicts). A message is lost when it was acknowledged and no delivery contains it although
 * the queue was drained until it was empty, by every node, after all else had ended. O(events + deliveries), plus
 * O(messages log messages) for the order of producers.
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Result } from '../../harness/contracts/index.ts';
import { lastNemesisEvent, runPhases } from '../columns/run-phases.ts';
import { collectQueues, type QueueNames } from './collect.ts';
import { type Judgement, judgeQueue, type Promises } from './judge.ts';
import { openQuestions, queueStats } from './statistics.ts';
import { QueueReport } from './tell.ts';

const options = z.strictObject({
  order: z.enum(['any', 'fifo']).default('any').describe('fifo: what one process enqueues is delivered in that order, redeliveries apart.'),
  unknownTakes: z
    .enum(['may-remove', 'remove-nothing'])
    .default('may-remove')
    .describe(
      'Whether a dequeue of unknown outcome may have removed a message. It removes nothing where clients acknowledge a delivery only after it was recorded.',
    ),
  deadLetters: z.enum(['kept', 'lost']).default('kept').describe('Whether a message that was found among the dead letters alone counts as kept or as lost.'),
  visibilityMs: z
    .number()
    .positive()
    .optional()
    .describe('For so long after a delivery, unless it is given back, nobody else may get the message (ms). Not judged without it.'),
  enqueue: z.string().default('enqueue').describe('The name of the operation that enqueues a message.'),
  dequeue: z.string().default('dequeue').describe('The name of the operation that takes one: a delivery, or null where there was none.'),
  drain: z.string().default('drain').describe('The name of the operation that takes all there are: a list of deliveries.'),
});

export type TotalQueueOptions = z.infer<typeof options>;

/** See the head of the file. */
export const totalQueue: Checker<TotalQueueOptions> = {
  name: 'total-queue',
  summary: 'Every acknowledged message of a queue is delivered: none lost, none twice after its acknowledgement, none from nowhere.',
  options,
  check(history: History, { enqueue, dequeue, drain, order, unknownTakes, deadLetters, visibilityMs }: TotalQueueOptions, budget: Budget): Result {
    const names: QueueNames = { enqueue, dequeue, drain };
    const promises: Promises = { order, unknownTakes, deadLetters, visibilityMs };
    const collected = collectQueues(history, names, budget);
    const phases = runPhases(history);
    const lastNemesis = lastNemesisEvent(history);
    const judged: Judgement[] = [];
    for (const queue of collected.queues) {
      judged.push(judgeQueue(history, queue, phases, lastNemesis, promises, budget));
      budget.progress(judged.length, collected.queues.length);
    }
    const anomalies: Anomaly[] = judged.flatMap((one) => new QueueReport(history, one, names, promises).anomalies());
    const stats = queueStats(history, judged);
    const [reason, ...reasons] = openQuestions(history, judged, collected, names);
    const [first, ...others] = anomalies;
    if (first !== undefined && collected.foreign === 0 && collected.malformed.length === 0)
      return {
        checker: 'total-queue',
        valid: false,
        anomalies: [first, ...others],
        stats,
        ...(reason === undefined ? {} : { undecided: [reason, ...reasons] }),
      };
    if (reason !== undefined) return { checker: 'total-queue', valid: 'unknown', reasons: [reason, ...reasons], stats };
    return { checker: 'total-queue', valid: true, stats };
  },
};
