/**
 * The workload `long-fork`: transactions append to one list of a group, others read the whole group. Two readers that see
 * two appends in opposite orders have seen a fork, which parallel snapshot isolation allows and snapshot isolation forbids
 * (Sovran et al., SOSP 2011).
 */
import { z } from 'zod';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { NumberedOperations } from '../numbered/numbered-operations.ts';
import type { ListTransaction } from '../operations/transactions.ts';
import { finalReads } from '../transactions/final-reads.ts';
import { consistencyModel, isolationChecks } from '../transactions/transaction-options.ts';

const RESOLUTION = 1 << 20;

const options = z.strictObject({
  groups: z.int().min(1).max(1024).default(3).describe('How many groups of lists are active at a time.'),
  groupSize: z.int().min(2).max(32).default(4).describe('The lists of a group: a reader reads all of them.'),
  opsPerGroup: z.int().min(2).max(100_000).default(128).describe('After about so many transactions a group is left for a fresh one.'),
  readShare: z.number().min(0).max(1).default(0.5).describe('The share of transactions that read.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for a transaction before its outcome is unknown (ms).'),
  consistencyModel,
});

export type LongForkOptions = z.infer<typeof options>;

/** See the head of the file. */
export const longFork: Workload<LongForkOptions> = {
  name: 'long-fork',
  summary: 'transactions that append to one list of a group or read all of it; no two readers may see appends in opposite orders',
  options,
  operations: ({ deadlineMs }) => [{ f: 'txn', effect: 'once', deadline: ms(deadlineMs) }],
  generator: ({ groups, groupSize, opsPerGroup, readShare }) =>
    new NumberedOperations((n, below): ListTransaction => {
      const first = groupSize * (Math.floor(n / (groups * opsPerGroup)) * groups + below(groups));
      if (below(RESOLUTION) < readShare * RESOLUTION) return { f: 'txn', value: Array.from({ length: groupSize }, (_, i) => ['r', first + i, null] as const) };
      // its own number makes an element unique
      return { f: 'txn', value: [['append', first + below(groupSize), n]] };
    }),
  final: ({ groups, groupSize, opsPerGroup }, { invoked }) => finalReads(groupSize * groups * (1 + Math.floor(invoked / (groups * opsPerGroup)))),
  checks: (given, documented) => isolationChecks('list-append', given.consistencyModel, documented),
};
