/** How many of some times lie before an instant (Fenwick 1994). O(log n) each. */
import { indexFrom } from './emptiness.ts';

export class CountBefore {
  readonly #times: Float64Array;
  readonly #sums: Int32Array;

  /** The times that may be counted. */
  constructor(times: Float64Array) {
    this.#times = times.slice().sort();
    this.#sums = new Int32Array(times.length + 1);
  }

  count(time: number): void {
    for (let at = indexFrom(this.#times, time) + 1; at < this.#sums.length; at += at & -at) this.#sums[at] = this.#sums[at]! + 1;
  }

  before(time: number): number {
    let sum = 0;
    for (let at = indexFrom(this.#times, time); at > 0; at -= at & -at) sum += this.#sums[at]!;
    return sum;
  }
}
