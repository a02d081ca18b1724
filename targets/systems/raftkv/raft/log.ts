/** The replicated log in memory. Indices count from 1; index 0 stands before the first entry and has term 0. */
import type { Entry } from './messages.ts';

export class Log {
  readonly #entries: Entry[];

  constructor(entries: readonly Entry[]) {
    this.#entries = [...entries];
  }

  get lastIndex(): number {
    return this.#entries.length;
  }

  get lastTerm(): number {
    return this.termAt(this.lastIndex);
  }

  /** The term of the entry at `index`; 0 for index 0, -1 beyond the end. */
  termAt(index: number): number {
    if (index === 0) return 0;
    return this.#entries[index - 1]?.term ?? -1;
  }

  /** Throws a RangeError where there is no such entry. */
  at(index: number): Entry {
    const entry = this.#entries[index - 1];
    if (entry === undefined) throw new RangeError(`no entry at index ${index}; the log ends at ${this.lastIndex}`);
    return entry;
  }

  append(entries: readonly Entry[]): void {
    for (const entry of entries) this.#entries.push(entry);
  }

  /** Removes the entry at `index` and all after it. */
  truncateFrom(index: number): void {
    this.#entries.length = index - 1;
  }

  /** At most `limit` entries from `index` on. */
  slice(index: number, limit: number): readonly Entry[] {
    return this.#entries.slice(index - 1, index - 1 + Math.max(0, limit));
  }

  /** The first index of the run of entries that has the term of the entry at `index`. */
  firstOfTermAt(index: number): number {
    const term = this.termAt(index);
    let first = index;
    while (first > 1 && this.termAt(first - 1) === term) first--;
    return first;
  }

  /** Whether a log that ends so is at least as complete as this one (Raft §5.4.1). */
  isCoveredBy(lastTerm: number, lastIndex: number): boolean {
    return lastTerm > this.lastTerm || (lastTerm === this.lastTerm && lastIndex >= this.lastIndex);
  }
}
