/**
 * The workload `predicate`: transactions look for rows by a predicate on their value and insert one that others look for, as
 * doctors do who look up who is on call before they sign off. Two that do so at the same time each miss the other's row: both
 * may commit under snapshot isolation, and never when serializable (Adya's G2; Fekete et al. 2004). Some rows are moved to
 * another value or deleted later. No row is there before, so that the universe of keys is closed (elle.closed-predicate).
 */
import { z } from 'zod';
import type { Workload } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { NumberedOperations } from '../numbered/numbered-operations.ts';
import type { RowPredicate, RowTransaction } from '../operations/transactions.ts';
import { consistencyModel, isolationChecks } from '../transactions/transaction-options.ts';

/** So many transactions later a row is moved or deleted: it is there by then. */
const LATER = 203;
/** The whole table is read while it has few rows. */
const FEW = 300;
const MODULUS = 64;

const options = z.strictObject({
  groups: z.int().min(2).max(1024).default(3).describe('How many values rows are given and looked for at a time.'),
  opsPerGroup: z.int().min(8).max(100_000).default(96).describe('After about so many transactions a value is left for a fresh one.'),
  deadlineMs: z.number().positive().default(2_000).describe('How long a client waits for a transaction before its outcome is unknown (ms).'),
  consistencyModel,
});

export type PredicateOptions = z.infer<typeof options>;

/** See the head of the file. */
export const predicate: Workload<PredicateOptions> = {
  name: 'predicate',
  summary: 'transactions that look for rows by a predicate, and insert, move and delete them; serializable ones never miss each other’s rows both ways',
  options,
  operations: ({ deadlineMs }) => [{ f: 'txn', effect: 'once', deadline: ms(deadlineMs) }],
  generator: (given) => new NumberedOperations((n, below): RowTransaction => ({ f: 'txn', value: transaction(n, below, given) })),
  final: () => [{ f: 'txn', value: [['rp', 'true', null]] }],
  checks: (given, documented) => isolationChecks('predicate', given.consistencyModel, documented),
};

/** Its own number is the key of the row that a transaction inserts. Of four in a row two insert, one looks twice, one moves or deletes. */
function transaction(n: number, below: (limit: number) => number, { groups, opsPerGroup }: PredicateOptions): RowTransaction['value'] {
  const first = (of: number): number => Math.floor(of / (groups * opsPerGroup)) * groups;
  /** The value of a row that stays for a while, and is moved or deleted then. */
  const lasting = (of: number): number => first(of) + (Math.floor(of / 4) % groups);
  const drawn = first(n) + below(groups);
  const old = n - LATER;
  if (n % 4 === 3 && old >= 0) {
    if (Math.floor(n / 4) % 2 === 0) {
      return [
        ['rp', ['=', lasting(old)], null],
        ['delete', old],
      ];
    }
    // not where it is already
    const to = drawn === lasting(old) ? first(n) + ((drawn - first(n) + 1) % groups) : drawn;
    return [
      ['r', old, null],
      ['w', old, to],
    ];
  }
  if (n % 4 >= 2) {
    const other = first(n) + below(groups);
    return n < FEW && below(8) === 0
      ? [['rp', 'true', null]]
      : [
          ['rp', ['=', drawn], null],
          ['rp', ['=', other], null],
        ];
  }
  const value = n % 4 === 0 ? lasting(n) : drawn;
  const looked: RowPredicate = below(8) === 0 ? ['mod', MODULUS, value % MODULUS] : ['=', value];
  return [
    ['rp', looked, null],
    ['insert', n, value],
  ];
}
