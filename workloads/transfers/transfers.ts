/**
 * The workload `transfers`: money is moved between accounts that lie in several databases, each transfer in a transaction
 * over all that it concerns. What every database decided is judged, and at the end that all money is there: while transfers go
 * on nobody can read several databases at one moment.
 */
import { z } from 'zod';
import { checkerRef } from '../../checkers/registry/checkers.ts';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { NumberedOperations } from '../numbered/numbered-operations.ts';
import { SPREAD_BANK, type TransfersOperation } from '../operations/transfers.ts';

const options = z.strictObject({
  maxAmount: z.int().min(1).max(1_000_000).default(60).describe('The most that a transfer moves; the more, the more are refused for lack of money.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for an answer before the outcome is unknown (ms).'),
});

export type TransfersOptions = z.infer<typeof options>;

const READ: TransfersOperation = { f: 'read', value: null };

/** See the head of the file. */
export const transfers: Workload<TransfersOptions> = {
  name: 'transfers',
  summary: 'transfers between databases, each atomic on all of them; at the end none is half done or in doubt, and no money is lost',
  options,
  operations: ({ deadlineMs }) => [
    { f: 'transfer', effect: 'once', deadline: ms(deadlineMs) },
    { f: 'read', effect: 'none', deadline: ms(deadlineMs) },
  ],
  generator: ({ maxAmount }) =>
    new NumberedOperations((n, below): TransfersOperation => {
      const from = below(SPREAD_BANK.accounts);
      const to = (from + 1 + below(SPREAD_BANK.accounts - 1)) % SPREAD_BANK.accounts;
      return { f: 'transfer', key: n, value: { from, to, amount: 1 + below(maxAmount) } };
    }),
  final: () => [READ],
  checks: () => [
    checkerRef('two-phase-commit', { transaction: 'transfer' }),
    checkerRef('bank', { ...SPREAD_BANK, explained: 'final-reads' }),
    checkerRef('stats'),
    checkerRef('coverage'),
    checkerRef('availability'),
  ],
};
