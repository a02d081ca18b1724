/** Typed arrays that grow by doubling: what a checker collects without an object for each item. */

export class GrowableInts {
  #items = new Int32Array(16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: number): void {
    if (this.#length === this.#items.length) {
      const larger = new Int32Array(this.#items.length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.#length++] = item;
  }

  /** What was pushed so far: a view, valid until the next push. */
  view(): Int32Array {
    return this.#items.subarray(0, this.#length);
  }
}

/** Integers by index; 0 where nothing was put. */
export class GrowableTable {
  #items = new Int32Array(16);

  get(index: number): number {
    return index < this.#items.length ? this.#items[index]! : 0;
  }

  set(index: number, item: number): void {
    if (index >= this.#items.length) {
      const larger = new Int32Array(Math.max(index + 1, this.#items.length * 2));
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[index] = item;
  }
}
