/** The elements of one key: who appended each, and its place in the order. Open addressing; cleared for the next key. */

export class ElementTable {
  /** By slot. */
  writer = new Int32Array(512);
  place = new Int32Array(512);
  #element = new Int32Array(512);
  #used = new Uint8Array(512);
  #mask = 511;

  /** Empties the table for at most so many elements. */
  clear(elements: number): void {
    let size = 16;
    while (size < elements * 2 + 8) size *= 2;
    if (size > this.#used.length) {
      this.writer = new Int32Array(size);
      this.place = new Int32Array(size);
      this.#element = new Int32Array(size);
      this.#used = new Uint8Array(size);
    }
    this.#mask = size - 1;
    this.#used.fill(0, 0, size);
  }

  /** Who appended the element: -1 where nobody did, also of those that have no slot. */
  writerOf(element: number): number {
    const slot = this.#find(element);
    return this.#used[slot] === 0 ? -1 : this.writer[slot]!;
  }

  /** The slot of an element; a new one has no writer and no place. */
  slot(element: number): number {
    const slot = this.#find(element);
    if (this.#used[slot] !== 0) return slot;
    this.#used[slot] = 1;
    this.#element[slot] = element;
    this.writer[slot] = -1;
    this.place[slot] = -1;
    return slot;
  }

  /** Where the element is, or would be. */
  #find(element: number): number {
    const mixed = Math.imul(element, 0x9e3779b1);
    let slot = (mixed ^ (mixed >>> 15)) & this.#mask;
    while (this.#used[slot] !== 0 && this.#element[slot] !== element) slot = (slot + 1) & this.#mask;
    return slot;
  }
}
