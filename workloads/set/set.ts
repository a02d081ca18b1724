/** The workload `set`: unique elements are added to one set and never removed; whatever was acknowledged must stay. */
import { z } from 'zod';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { NumberedOperations } from '../numbered/numbered-operations.ts';
import { isRead } from '../numbered/read-share.ts';
import type { SetOperation } from '../operations/set.ts';

const options = z.strictObject({
  consistency: z
    .enum(['linearizable', 'eventual'])
    .default('linearizable')
    .describe('What reads promise: linearizable ones must contain all that was acknowledged before, of eventual ones only the final reads must.'),
  readShare: z.number().min(0).max(1).default(0.1).describe('The share of reads; it falls as the set grows.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for an answer before the outcome is unknown (ms).'),
});

export type SetOptions = z.infer<typeof options>;

const READ: SetOperation = { f: 'read', value: null };

/** See the head of the file. */
export const set: Workload<SetOptions> = {
  name: 'set',
  summary: 'adds unique elements to a set and reads it; no acknowledged element may be lost',
  options,
  operations: ({ deadlineMs }) => [
    { f: 'add', effect: 'idempotent', deadline: ms(deadlineMs) },
    { f: 'read', effect: 'none', deadline: ms(deadlineMs) },
  ],
  generator: ({ readShare }) => new NumberedOperations((n, below): SetOperation => (isRead(n, readShare, below) ? READ : { f: 'add', value: n })),
  final: () => [READ],
  checks: ({ consistency }) => [checkerRef('set', { reads: consistency }), checkerRef('stats'), checkerRef('coverage'), checkerRef('availability')],
};
