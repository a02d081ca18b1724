/**
 * The workload `write-skew`: each transaction reads both lists of a pair and appends to one of them. Two that do so at the
 * same time, on different lists of one pair, may both commit under snapshot isolation, and never when serializable
 * (Berenson et al. 1995, A5B; Adya's G2-item). Judged from the reads themselves: no invariant has to be broken.
 */
import { z } from 'zod';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { NumberedOperations } from '../numbered/numbered-operations.ts';
import type { ListTransaction } from '../operations/transactions.ts';
import { finalReads } from '../transactions/final-reads.ts';
import { consistencyModel, isolationChecks } from '../transactions/transaction-options.ts';

const options = z.strictObject({
  pairs: z.int().min(1).max(1024).default(5).describe('How many pairs of lists are active at a time.'),
  writesPerPair: z.int().min(2).max(100_000).default(64).describe('After about so many appends a pair is left for a fresh one.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for a transaction before its outcome is unknown (ms).'),
  consistencyModel,
});

export type WriteSkewOptions = z.infer<typeof options>;

/** See the head of the file. */
export const writeSkew: Workload<WriteSkewOptions> = {
  name: 'write-skew',
  summary: 'transactions that read both lists of a pair and append to one; serializable ones never miss each other’s appends both ways',
  options,
  operations: ({ deadlineMs }) => [{ f: 'txn', effect: 'once', deadline: ms(deadlineMs) }],
  generator: ({ pairs, writesPerPair }) =>
    new NumberedOperations((n, below): ListTransaction => {
      const first = 2 * (Math.floor(n / (pairs * writesPerPair)) * pairs + below(pairs));
      // its own number makes an element unique
      return {
        f: 'txn',
        value: [
          ['r', first, null],
          ['r', first + 1, null],
          ['append', first + below(2), n],
        ],
      };
    }),
  final: ({ pairs, writesPerPair }, { invoked }) => finalReads(2 * pairs * (1 + Math.floor(invoked / (pairs * writesPerPair)))),
  checks: (given, documented) => isolationChecks('list-append', given.consistencyModel, documented),
};
