/** Segment trees and heaps over dense integers, in typed arrays. */

function sizeFor(count: number): number {
  let size = 1;
  while (size < count) size *= 2;
  return size;
}

/** How many intervals cover each place; the first place that none covers. O(log n) each. */
export class Coverage {
  readonly #size: number;
  /** By node: the least cover in it, without what was added to the nodes above. */
  readonly #least: Int32Array;
  readonly #added: Int32Array;

  constructor(places: number) {
    this.#size = sizeFor(places);
    this.#least = new Int32Array(2 * this.#size);
    this.#added = new Int32Array(2 * this.#size);
  }

  /** Adds to all places in [from, to). */
  add(from: number, to: number, amount: number): void {
    if (from < to) this.#add(1, 0, this.#size, from, to, amount);
  }

  /** The first place in [from, to) that nothing covers; -1 where there is none. */
  firstBare(from: number, to: number): number {
    return from < to ? this.#firstBare(1, 0, this.#size, from, to, 0) : -1;
  }

  #add(node: number, low: number, high: number, from: number, to: number, amount: number): void {
    if (from >= high || to <= low) return;
    if (from <= low && high <= to) {
      this.#least[node] = this.#least[node]! + amount;
      this.#added[node] = this.#added[node]! + amount;
      return;
    }
    const middle = (low + high) >> 1;
    this.#add(2 * node, low, middle, from, to, amount);
    this.#add(2 * node + 1, middle, high, from, to, amount);
    this.#least[node] = Math.min(this.#least[2 * node]!, this.#least[2 * node + 1]!) + this.#added[node]!;
  }

  #firstBare(node: number, low: number, high: number, from: number, to: number, above: number): number {
    if (from >= high || to <= low || this.#least[node]! + above > 0) return -1;
    if (high - low === 1) return low;
    const middle = (low + high) >> 1;
    const below = above + this.#added[node]!;
    const left = this.#firstBare(2 * node, low, middle, from, to, below);
    return left >= 0 ? left : this.#firstBare(2 * node + 1, middle, high, from, to, below);
  }
}

/** The largest of some numbers in a range; numbers can be taken out. O(log n) each. */
export class Largest {
  readonly #size: number;
  readonly #largest: Float64Array;

  constructor(numbers: Float64Array) {
    this.#size = sizeFor(numbers.length);
    this.#largest = new Float64Array(2 * this.#size).fill(Number.NEGATIVE_INFINITY);
    this.#largest.set(numbers, this.#size);
    for (let node = this.#size - 1; node > 0; node--) this.#update(node);
  }

  remove(place: number): void {
    let node = place + this.#size;
    this.#largest[node] = Number.NEGATIVE_INFINITY;
    for (node >>= 1; node > 0; node >>= 1) this.#update(node);
  }

  /** In [from, to); -Infinity where there is none. */
  in(from: number, to: number): number {
    let largest = Number.NEGATIVE_INFINITY;
    let low = from + this.#size;
    let high = to + this.#size;
    for (; low < high; low >>= 1, high >>= 1) {
      if (low & 1) largest = Math.max(largest, this.#largest[low++]!);
      if (high & 1) largest = Math.max(largest, this.#largest[--high]!);
    }
    return largest;
  }

  #update(node: number): void {
    this.#largest[node] = Math.max(this.#largest[2 * node]!, this.#largest[2 * node + 1]!);
  }
}

/** A binary heap of integers, the one with the least key on top. */
export class Heap {
  readonly #keys: Float64Array;
  readonly #items: number[] = [];

  /** Keys by item; items are compared by them alone. */
  constructor(keys: Float64Array) {
    this.#keys = keys;
  }

  /** The item on top; undefined for an empty heap. */
  top(): number | undefined {
    return this.#items[0];
  }

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#keys[items[parent]!]! <= this.#keys[item]!) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): void {
    const items = this.#items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#keys[items[child + 1]!]! < this.#keys[items[child]!]!) child++;
      if (this.#keys[items[child]!]! >= this.#keys[last]!) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
  }
}
