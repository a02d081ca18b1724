/** For each predicate the rows of which some version matches: reads by it say nothing of others. Each kind of predicate is indexed once. */
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { ABSENT, type RowTransactions } from './collect.ts';
import { type Predicate, remainder } from './predicate.ts';
import type { Rows } from './row-versions.ts';

const NO_KEYS: readonly number[] = [];

export class Candidates {
  readonly #txns: RowTransactions;
  /** Keys by each of their values that anybody left. */
  readonly #byValue: readonly (readonly number[])[];
  readonly #all: readonly number[];
  readonly #byRemainder = new Map<number, ReadonlyMap<number, readonly number[]>>();
  readonly #values: ReadonlyMap<string, number>;

  constructor(transactions: RowTransactions, { rows }: Rows) {
    this.#txns = transactions;
    const byValue: Set<number>[] = transactions.values.map(() => new Set());
    for (const [key, { versions, possible }] of rows.entries())
      for (const { value } of [...versions, ...possible]) if (value !== ABSENT) byValue[value]!.add(key);
    this.#byValue = byValue.map((keys) => [...keys]);
    this.#all = [...new Set(this.#byValue.flat())];
    this.#values = new Map(transactions.values.map((value, id) => [canonicalJson(value), id]));
  }

  /** Their keys. */
  of(predicate: Predicate): readonly number[] {
    if (predicate.kind === 'true') return this.#all;
    if (predicate.kind === '=') return this.#byValue[this.#values.get(predicate.value) ?? -1] ?? NO_KEYS;
    return this.#remainders(predicate.modulus).get(predicate.remainder) ?? NO_KEYS;
  }

  #remainders(modulus: number): ReadonlyMap<number, readonly number[]> {
    let keys = this.#byRemainder.get(modulus);
    if (keys === undefined) {
      const numbers = this.#txns.values.flatMap((value, id) => (Number.isSafeInteger(value) ? [{ id, of: remainder(value as number, modulus) }] : []));
      const grouped = Map.groupBy(numbers, ({ of }) => of);
      keys = new Map([...grouped].map(([of, some]) => [of, [...new Set(some.flatMap(({ id }) => this.#byValue[id]!))]]));
      this.#byRemainder.set(modulus, keys);
    }
    return keys;
  }
}
