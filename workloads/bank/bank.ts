/** The workload `bank`: transfers between a few accounts while others read all of them; money is neither made nor lost (after Jepsen's bank). */
import { z } from 'zod';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { NumberedOperations } from '../numbered/numbered-operations.ts';
import { BANK, type BankOperation } from '../operations/bank.ts';

const RESOLUTION = 1 << 20;

const options = z.strictObject({
  readShare: z.number().min(0).max(1).default(0.3).describe('The share of reads; the rest are transfers.'),
  maxAmount: z.int().min(1).max(1_000_000).default(10).describe('The most that a transfer moves.'),
  reads: z
    .enum(['eventual', 'linearizable'])
    .default('eventual')
    .describe('What reads promise beside the total: linearizable ones show every transfer acknowledged before, of eventual ones only the final reads must.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for an answer before the outcome is unknown (ms).'),
});

export type BankOptions = z.infer<typeof options>;

const READ: BankOperation = { f: 'read', value: null };

/** See the head of the file. */
export const bank: Workload<BankOptions> = {
  name: 'bank',
  summary: 'transfers between accounts while others read all of them; the total never changes, and no balance is negative',
  options,
  operations: ({ deadlineMs }) => [
    { f: 'transfer', effect: 'once', deadline: ms(deadlineMs) },
    { f: 'read', effect: 'none', deadline: ms(deadlineMs) },
  ],
  generator: ({ readShare, maxAmount }) =>
    new NumberedOperations((_, below): BankOperation => {
      if (below(RESOLUTION) < readShare * RESOLUTION) return READ;
      const from = below(BANK.accounts);
      const to = (from + 1 + below(BANK.accounts - 1)) % BANK.accounts;
      return { f: 'transfer', value: { from, to, amount: 1 + below(maxAmount) } };
    }),
  final: () => [READ],
  checks: ({ reads }) => [
    checkerRef('bank', { ...BANK, explained: reads === 'linearizable' ? 'every-read' : 'final-reads' }),
    checkerRef('stats'),
    checkerRef('coverage'),
    checkerRef('availability'),
  ],
};
