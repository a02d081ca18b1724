/** Numbers >= 0 by integer: arrays where the integers are dense, as ids of values are; a map for those that are not. */

const FIRST = 16;
/** An array is no longer than so many times what is in it, and this much more. */
const SPARSE = 16;
const SLACK = 4096;

export class IdTable {
  /** Number + 1. By integer, and by -1 - integer. */
  #atAndAbove = new Int32Array(FIRST);
  #below = new Int32Array(0);
  readonly #far = new Map<number, number>();
  #count = 0;

  get bytes(): number {
    return (this.#atAndAbove.length + this.#below.length) * 4 + this.#far.size * 40;
  }

  /** -1 where there is none. */
  get(integer: number): number {
    const known = integer >= 0 ? this.#atAndAbove[integer] : this.#below[-1 - integer];
    if (known !== undefined && known > 0) return known - 1;
    return this.#far.size === 0 ? -1 : (this.#far.get(integer) ?? -1);
  }

  set(integer: number, number: number): void {
    const at = integer >= 0 ? integer : -1 - integer;
    this.#count++;
    if (at < (integer >= 0 ? this.#atAndAbove : this.#below).length || this.#widen(integer >= 0, at)) {
      (integer >= 0 ? this.#atAndAbove : this.#below)[at] = number + 1;
    } else this.#far.set(integer, number);
  }

  /** Whether the array now reaches so far. */
  #widen(atAndAbove: boolean, at: number): boolean {
    if (at > SPARSE * this.#count + SLACK) return false;
    const old = atAndAbove ? this.#atAndAbove : this.#below;
    const wider = new Int32Array(Math.max(at + 1, old.length * 2));
    wider.set(old);
    if (atAndAbove) this.#atAndAbove = wider;
    else this.#below = wider;
    return true;
  }
}
