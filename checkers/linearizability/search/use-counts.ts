/** How many operations of each crashed class a configuration has used: interned vectors, so that one number stands for all. */
import { TupleTable } from '../problem/tuple-table.ts';

export class UseCounts {
  /** The vector in which nothing is used. */
  readonly none: number;
  readonly #classes: number;
  readonly #vectors: TupleTable;
  readonly #scratch: Int32Array;
  /** What `plusOne` gave before. */
  readonly #steps = new TupleTable(2);
  readonly #step = new Int32Array(2);
  readonly #afterStep: number[] = [];
  /** By vector: how many operations it has used in all. */
  readonly #totals: number[] = [0];

  constructor(classes: number) {
    this.#classes = classes;
    this.#vectors = new TupleTable(Math.max(1, classes));
    this.#scratch = new Int32Array(Math.max(1, classes));
    this.none = this.#vectors.intern(this.#scratch);
  }

  get bytes(): number {
    return this.#vectors.bytes + this.#steps.bytes + (this.#afterStep.length + this.#totals.length) * 8;
  }

  /** How many of class `k` the vector has used. */
  of(vector: number, k: number): number {
    return this.#vectors.at(vector, k);
  }

  /** How many the vector has used in all. */
  total(vector: number): number {
    return this.#totals[vector]!;
  }

  /** The vector with one more of class `k`. */
  plusOne(vector: number, k: number): number {
    this.#step[0] = vector;
    this.#step[1] = k;
    const known = this.#steps.count;
    const ordinal = this.#steps.intern(this.#step);
    if (ordinal < known) return this.#afterStep[ordinal]!;
    const scratch = this.#scratch;
    for (let i = 0; i < this.#classes; i++) scratch[i] = this.#vectors.at(vector, i);
    scratch[k] = scratch[k]! + 1;
    const after = this.#vectors.intern(scratch);
    this.#afterStep.push(after);
    this.#totals[after] = this.#totals[vector]! + 1;
    return after;
  }

  /** Whether `a` has used at most as many of every class as `b`. */
  atMost(a: number, b: number): boolean {
    if (a === b) return true;
    if (this.#totals[a]! >= this.#totals[b]!) return false;
    for (let i = 0; i < this.#classes; i++) if (this.#vectors.at(a, i) > this.#vectors.at(b, i)) return false;
    return true;
  }
}
