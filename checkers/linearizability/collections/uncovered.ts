/** Marked points in time, and which of them no interval covers yet: nearly O(1) each (union by path halving). */
import { indexFrom } from './emptiness.ts';

export class Uncovered {
  readonly #times: Float64Array;
  /** By place: itself where it is not covered, else a later place. The last one stands for "none". */
  readonly #next: Int32Array;

  /** The times that can be asked about, sorted or not. */
  constructor(times: Float64Array) {
    this.#times = times.slice().sort();
    this.#next = Int32Array.from({ length: times.length + 1 }, (_, i) => i);
  }

  /** The first time from `from` on that is not covered; Infinity where there is none. */
  firstFrom(from: number): number {
    return this.#times[this.#find(indexFrom(this.#times, from))] ?? Number.POSITIVE_INFINITY;
  }

  /** Covers the times strictly between two. */
  cover(after: number, before: number): void {
    const next = this.#next;
    let place = this.#find(indexFrom(this.#times, after));
    while (place < this.#times.length && this.#times[place]! <= after) place = this.#find(place + 1);
    while (place < this.#times.length && this.#times[place]! < before) {
      next[place] = place + 1;
      place = this.#find(place + 1);
    }
  }

  #find(start: number): number {
    const next = this.#next;
    let place = start;
    while (next[place] !== place) {
      next[place] = next[next[place]!]!;
      place = next[place]!;
    }
    return place;
  }
}
