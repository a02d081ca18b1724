/**
 * The workload `queue`: unique messages are enqueued and dequeued, more of them than there are consumers for; in the end
 * every node drains the queue, again and again, and whatever was confirmed must have been delivered.
 */
import { z } from 'zod';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { NumberedOperations } from '../numbered/numbered-operations.ts';
import type { QueueOperation } from '../operations/queue.ts';

const options = z.strictObject({
  order: z.enum(['any', 'fifo']).default('any').describe('fifo: what one client enqueues must be delivered in that order, redeliveries apart.'),
  dequeueShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.4)
    .describe('The share of dequeues. Below a half, messages are left for the final drain; where nothing is left, nothing could be lost at the end.'),
  drains: z.int().min(1).default(5).describe('How often each node drains the queue at the end.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for an answer before the outcome is unknown (ms).'),
});

export type QueueOptions = z.infer<typeof options>;

/** Draws decide with this resolution. */
const RESOLUTION = 1 << 20;

const DEQUEUE: QueueOperation = { f: 'dequeue', value: null };
const DRAIN: QueueOperation = { f: 'drain', value: null };

/** See the head of the file. */
export const queue: Workload<QueueOptions> = {
  name: 'queue',
  summary: 'enqueues unique messages and dequeues them, then drains the queue; every confirmed message must be delivered',
  options,
  operations: ({ deadlineMs }) => [
    { f: 'enqueue', effect: 'once', deadline: ms(deadlineMs) },
    // clients acknowledge what has been recorded: unknown ones have removed nothing
    { f: 'dequeue', effect: 'none', deadline: ms(deadlineMs) },
    { f: 'drain', effect: 'none', deadline: ms(deadlineMs) },
  ],
  generator: ({ dequeueShare }) =>
    new NumberedOperations((n, below): QueueOperation => (below(RESOLUTION) < dequeueShare * RESOLUTION ? DEQUEUE : { f: 'enqueue', value: n })),
  final: ({ drains }) => Array.from({ length: drains }, () => DRAIN),
  checks: ({ order }) => [
    checkerRef('total-queue', { order, unknownTakes: 'remove-nothing' }),
    checkerRef('stats'),
    checkerRef('coverage'),
    checkerRef('availability'),
  ],
};
