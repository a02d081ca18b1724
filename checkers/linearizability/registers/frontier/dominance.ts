/** Which configurations are needed beside others: one that can do all that another can makes it needless. */
import type { UseCounts } from '../../search/use-counts.ts';
import type { Configurations } from './configurations.ts';
import type { Pending } from './pending.ts';

export class Dominance {
  readonly #pending: Pending;
  readonly #uses: UseCounts;
  /** Only how many crashed operations were used counts, not which: drops too much. */
  readonly #lossy: boolean;

  constructor(pending: Pending, uses: UseCounts, lossy: boolean) {
    this.#pending = pending;
    this.#uses = uses;
    this.#lossy = lossy;
  }

  /** Whether row i of a makes row j of b, which is in the same state, needless. */
  of(a: Configurations, i: number, b: Configurations, j: number): boolean {
    const { words, writes, exchanges } = this.#pending;
    for (let w = 0; w < words; w++) {
      const done = a.done(i, w);
      const otherDone = b.done(j, w);
      const differ = done ^ otherDone;
      if (differ & exchanges[w]!) return false;
      if (otherDone & ~done & ~(writes[w]! | exchanges[w]!)) return false;
      // A write must be free, or as it is in the other.
      if (writes[w]! & ~a.free(i, w) & (differ | b.free(j, w))) return false;
    }
    const used = a.used(i);
    const otherUsed = b.used(j);
    return this.#lossy ? this.#uses.total(used) <= this.#uses.total(otherUsed) : this.#uses.atMost(used, otherUsed);
  }
}

/** Rows of configurations by state, and which of them are dominated. */
export class Antichain {
  readonly #dominance: Dominance;
  /** By state: the newest row + 1; by row: the one before it in the same state. */
  readonly #newest: Int32Array;
  #older = new Int32Array(32);
  #dominated = new Uint8Array(32);
  readonly #touched: number[] = [];

  constructor(dominance: Dominance, states: number) {
    this.#dominance = dominance;
    this.#newest = new Int32Array(states);
  }

  clear(): void {
    for (let state = this.#touched.pop(); state !== undefined; state = this.#touched.pop()) this.#newest[state] = 0;
  }

  isDominated(row: number): boolean {
    return this.#dominated[row] === 1;
  }

  /** Takes in a row of `all`; false where it is dominated. Those that it dominates are, from now on. */
  admit(all: Configurations, row: number): boolean {
    if (row >= this.#older.length) this.#grow(row);
    const state = all.state(row);
    for (let at = this.#newest[state]!; at > 0; at = this.#older[at - 1]!) if (this.#dominance.of(all, at - 1, all, row)) return false;
    let before = 0;
    for (let at = this.#newest[state]!; at > 0; at = this.#older[at - 1]!) {
      if (!this.#dominance.of(all, row, all, at - 1)) {
        before = at;
        continue;
      }
      this.#dominated[at - 1] = 1;
      if (before > 0) this.#older[before - 1] = this.#older[at - 1]!;
      else this.#newest[state] = this.#older[at - 1]!;
    }
    if (this.#newest[state] === 0) this.#touched.push(state);
    this.#older[row] = this.#newest[state]!;
    this.#newest[state] = row + 1;
    this.#dominated[row] = 0;
    return true;
  }

  /** A row that was not taken in. */
  dismiss(row: number): void {
    this.#dominated[row] = 1;
  }

  #grow(row: number): void {
    const older = new Int32Array(Math.max(row + 1, this.#older.length * 2));
    older.set(this.#older);
    this.#older = older;
    const dominated = new Uint8Array(older.length);
    dominated.set(this.#dominated);
    this.#dominated = dominated;
  }
}
