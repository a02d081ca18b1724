/**
 * The workload `list-append`: transactions that append unique elements to lists and read them. A read shows the order of
 * all appends before it, so that nearly every anomaly of isolation can be inferred (Kingsbury & Alvaro, Elle, VLDB 2020).
 */
import { z } from 'zod';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { finalReads, keysTakenBy } from '../transactions/final-reads.ts';
import { TransactionGenerator } from '../transactions/transaction-generator.ts';
import { isolationChecks, orderedLengths, transactionMix, UNORDERED_LENGTHS } from '../transactions/transaction-options.ts';

const options = z.strictObject(transactionMix).refine(orderedLengths, UNORDERED_LENGTHS);

export type ListAppendOptions = z.infer<typeof options>;

/** See the head of the file. */
export const listAppend: Workload<ListAppendOptions> = {
  name: 'list-append',
  summary: 'transactions that append to lists and read them; isolated as the system documents, or as --consistency-model says',
  options,
  operations: ({ deadlineMs }) => [{ f: 'txn', effect: 'once', deadline: ms(deadlineMs) }],
  generator: (mix) => TransactionGenerator.of({ ...mix, write: 'append', readsFirst: false }),
  final: (mix, { invoked }) => finalReads(keysTakenBy(invoked, mix)),
  checks: ({ consistencyModel }, documented) => isolationChecks('list-append', consistencyModel, documented),
};
