/** Numbers 0, 1, 2, … for integers >= 0 in order of first appearance; cleared in time proportional to what was numbered. */
import { GrowableInts } from '../../columns/growable.ts';

export class DenseNumbers {
  /** Number + 1, 0 where there is none. */
  #numbers = new Int32Array(64);
  #numbered = new GrowableInts();

  get count(): number {
    return this.#numbered.length;
  }

  /** The number of an integer; -1 for one below 0. */
  of(integer: number): number {
    if (integer < 0) return -1;
    if (integer >= this.#numbers.length) this.#widen(integer);
    const known = this.#numbers[integer]!;
    if (known > 0) return known - 1;
    this.#numbered.push(integer);
    this.#numbers[integer] = this.#numbered.length;
    return this.#numbered.length - 1;
  }

  clear(): void {
    for (const integer of this.#numbered.view()) this.#numbers[integer] = 0;
    this.#numbered = new GrowableInts();
  }

  #widen(integer: number): void {
    const wider = new Int32Array(Math.max(integer + 1, this.#numbers.length * 2));
    wider.set(this.#numbers);
    this.#numbers = wider;
  }
}
