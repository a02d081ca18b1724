/** The workload `counter`: increments that each carry a tag; reads return the tags, so that a repetition shows (rule 30). */
import { z } from 'zod';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { NumberedOperations } from '../numbered/numbered-operations.ts';
import { isRead } from '../numbered/read-share.ts';
import type { CounterOperation } from '../operations/counter.ts';

const options = z.strictObject({
  consistency: z
    .enum(['linearizable', 'eventual'])
    .default('linearizable')
    .describe('What reads promise: linearizable ones must contain all that was acknowledged before, of eventual ones only the final reads must.'),
  readShare: z.number().min(0).max(1).default(0.1).describe('The share of reads; it falls as the counter grows.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for an answer before the outcome is unknown (ms).'),
});

export type CounterOptions = z.infer<typeof options>;

const READ: CounterOperation = { f: 'read', value: null };

/** See the head of the file. */
export const counter: Workload<CounterOptions> = {
  name: 'counter',
  summary: 'increments a counter with tags; every acknowledged increment must count exactly once',
  options,
  operations: ({ deadlineMs }) => [
    { f: 'increment', effect: 'once', deadline: ms(deadlineMs) },
    { f: 'read', effect: 'none', deadline: ms(deadlineMs) },
  ],
  generator: ({ readShare }) => new NumberedOperations((n, below): CounterOperation => (isRead(n, readShare, below) ? READ : { f: 'increment', value: n })),
  final: () => [READ],
  checks: ({ consistency }) => [checkerRef('counter', { reads: consistency }), checkerRef('stats'), checkerRef('coverage'), checkerRef('availability')],
};
