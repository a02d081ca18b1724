/** Dense numbers for keys, by their value ids: open addressing over integers. */
export class KeyTable {
  #slots = new Int32Array(1024);
  #ids = new Int32Array(512);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The value id of key number `dense`. */
  id(dense: number): number {
    return this.#ids[dense]!;
  }

  /** The number of a key, given in order of first appearance. */
  dense(id: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(id) & mask;
    for (;;) {
      const found = this.#slots[slot]! - 1;
      if (found < 0) break;
      if (this.#ids[found] === id) return found;
      slot = (slot + 1) & mask;
    }
    const dense = this.#count++;
    this.#slots[slot] = dense + 1;
    this.#ids[dense] = id;
    if (this.#count === this.#ids.length) this.#grow();
    return dense;
  }

  #grow(): void {
    const ids = new Int32Array(this.#ids.length * 2);
    ids.set(this.#ids);
    this.#ids = ids;
    this.#slots = new Int32Array(ids.length * 2);
    const mask = this.#slots.length - 1;
    for (let dense = 0; dense < this.#count; dense++) {
      let slot = hash(ids[dense]!) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = dense + 1;
    }
  }
}

function hash(id: number): number {
  const mixed = Math.imul(id, 0x9e3779b1);
  return mixed ^ (mixed >>> 16);
}
