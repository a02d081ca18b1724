/**
 * The workload `rw-register`: transactions that write unique values to registers and read them. By default a transaction
 * reads what it overwrites (mini-transactions), which makes the order of versions plain; without that, the checker has to
 * infer it, and leaves more undecided.
 */
import { z } from 'zod';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { finalReads, keysTakenBy } from '../transactions/final-reads.ts';
import { TransactionGenerator } from '../transactions/transaction-generator.ts';
import { isolationChecks, orderedLengths, transactionMix, UNORDERED_LENGTHS } from '../transactions/transaction-options.ts';

const options = z
  .strictObject({
    ...transactionMix,
    readsFirst: z.boolean().default(true).describe('Whether a transaction reads each register before it writes it.'),
  })
  .refine(orderedLengths, UNORDERED_LENGTHS);

export type RwRegisterOptions = z.infer<typeof options>;

/** See the head of the file. */
export const rwRegister: Workload<RwRegisterOptions> = {
  name: 'rw-register',
  summary: 'transactions that write registers and read them; isolated as the system documents, or as --consistency-model says',
  options,
  operations: ({ deadlineMs }) => [{ f: 'txn', effect: 'once', deadline: ms(deadlineMs) }],
  generator: (mix) => TransactionGenerator.of({ ...mix, write: 'w' }),
  final: (mix, { invoked }) => finalReads(keysTakenBy(invoked, mix)),
  checks: ({ consistencyModel }, documented) => isolationChecks('rw-register', consistencyModel, documented),
};
