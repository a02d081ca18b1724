/** Interning of short tuples of integers: the ordinal of the first one that was equal. Exact, open addressing, no garbage. */

const FIRST_SLOTS = 64;

// Tables that stay empty share this: problems of a few operations are made by the million.
const NO_SLOTS = new Int32Array(1);
const NO_ITEMS = new Int32Array(0);

export class TupleTable {
  readonly #width: number;
  #slots = NO_SLOTS;
  #items = NO_ITEMS;
  #count = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** How many different tuples there are. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return (this.#slots.length + this.#items.length) * 4;
  }

  /** The ordinal of `tuple`; `count` grows when it is new. The array is copied. */
  intern(tuple: Int32Array): number {
    if (this.#slots === NO_SLOTS) this.#begin();
    const mask = this.#slots.length - 1;
    let slot = hashInts(tuple, 0, this.#width) & mask;
    for (;;) {
      const held = this.#slots[slot]! - 1;
      if (held < 0) break;
      if (this.#equals(held, tuple)) return held;
      slot = (slot + 1) & mask;
    }
    return this.#add(tuple, slot);
  }

  /** Element `i` of the tuple with that ordinal. */
  at(ordinal: number, i: number): number {
    return this.#items[ordinal * this.#width + i]!;
  }

  #begin(): void {
    this.#slots = new Int32Array(FIRST_SLOTS);
    this.#items = new Int32Array((FIRST_SLOTS / 2) * this.#width);
  }

  #equals(ordinal: number, tuple: Int32Array): boolean {
    const width = this.#width;
    const base = ordinal * width;
    for (let i = 0; i < width; i++) if (this.#items[base + i] !== tuple[i]) return false;
    return true;
  }

  #add(tuple: Int32Array, slot: number): number {
    const ordinal = this.#count++;
    const width = this.#width;
    if ((ordinal + 1) * width > this.#items.length) {
      const larger = new Int32Array(this.#items.length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items.set(tuple.length === width ? tuple : tuple.subarray(0, width), ordinal * width);
    this.#slots[slot] = ordinal + 1;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return ordinal;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let ordinal = 0; ordinal < this.#count; ordinal++) {
      let slot = hashInts(this.#items, ordinal * this.#width, this.#width) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = ordinal + 1;
    }
    this.#slots = slots;
  }
}

/** A hash of `length` integers from `start` on. */
function hashInts(ints: Int32Array, start: number, length: number): number {
  let h = 0x2f0b4f65;
  for (let i = start; i < start + length; i++) {
    h = Math.imul(h ^ ints[i]!, 0x9e3779b1);
    h ^= h >>> 15;
  }
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
