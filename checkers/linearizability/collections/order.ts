/** Sorting by time without garbage, and what engines answer. */
import type { KeyOperations } from '../problem/prepare.ts';
import type { Decision } from '../search/engine.ts';

/** Up to so many items an item fits into one number together with its time. */
const PACKABLE = 2 ** 20;

/** The indices of the items in order of their times (whole numbers); equal times in order of the indices. O(n log n). */
export function sortedBy(times: Float64Array): Int32Array {
  const count = times.length;
  if (count > PACKABLE) return Int32Array.from(times.keys()).sort((a, b) => times[a]! - times[b]! || a - b);
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) keys[i] = times[i]! * PACKABLE + i;
  keys.sort();
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const key = keys[i]!;
    order[i] = key - Math.floor(key / PACKABLE) * PACKABLE;
  }
  return order;
}

/** Operations with the instants at which they take effect; from these, a linearization. */
export class Points {
  readonly #ops: Int32Array;
  readonly #times: Float64Array;
  #count = 0;

  constructor(capacity: number) {
    this.#ops = new Int32Array(capacity);
    this.#times = new Float64Array(capacity);
  }

  /** Operation `op` at `time`, after those added before at the same time. Nothing for an `op` of -1. */
  add(op: number, time: number): void {
    if (op < 0) return;
    this.#ops[this.#count] = op;
    this.#times[this.#count++] = time;
  }

  linearization(): Int32Array {
    const order = sortedBy(this.#times.subarray(0, this.#count));
    return order.map((i) => this.#ops[i]!);
  }
}

/** A conviction by a few operations. What these engines know is enough to start at the first return: looking again is cheap. */
export function illegal({ count, ret }: KeyOperations, core: readonly number[]): Decision {
  let suspect = 0;
  for (let op = 1; op < count; op++) if (ret[op]! < ret[suspect]!) suspect = op;
  return { kind: 'illegal', suspect, core: Int32Array.from(core).filter((op) => op >= 0), explored: count };
}

export const UNSUITABLE: Decision = { kind: 'undecided', why: 'unsuitable', explored: 0 };
