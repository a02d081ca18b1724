/** Configurations in rows of one array: a state, the crashed operations used, the way back, and two bits for each pending slot. */

const STATE = 0;
const USED = 1;
const TRAIL = 2;
const MASKS = 3;

export class Configurations {
  /** 32-bit words of a mask. */
  readonly words: number;
  readonly #stride: number;
  #rows: Int32Array;
  #count = 0;

  constructor(words: number) {
    this.words = words;
    this.#stride = MASKS + 2 * words;
    this.#rows = new Int32Array(8 * this.#stride);
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#rows.length * 4;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Keeps the first so many. */
  truncate(count: number): void {
    this.#count = count;
  }

  /** A row with nothing linearized. */
  add(state: number, used: number, trail: number): number {
    const i = this.#room();
    const at = i * this.#stride;
    this.#rows.fill(0, at, at + this.#stride);
    this.#rows[at + STATE] = state;
    this.#rows[at + USED] = used;
    this.#rows[at + TRAIL] = trail;
    return i;
  }

  /** A copy of a row, of these or of others. */
  copy(from: Configurations, j: number): number {
    const i = this.#room();
    const at = i * this.#stride;
    const there = j * this.#stride;
    for (let k = 0; k < this.#stride; k++) this.#rows[at + k] = from.#rows[there + k]!;
    return i;
  }

  /** Row `to` becomes what row `from` is. */
  move(from: number, to: number): void {
    if (from !== to) this.#rows.copyWithin(to * this.#stride, from * this.#stride, (from + 1) * this.#stride);
  }

  /** Takes back the row that was added last. */
  drop(): void {
    this.#count--;
  }

  state(i: number): number {
    return this.#rows[i * this.#stride + STATE]!;
  }

  setState(i: number, state: number): void {
    this.#rows[i * this.#stride + STATE] = state;
  }

  used(i: number): number {
    return this.#rows[i * this.#stride + USED]!;
  }

  setUsed(i: number, used: number): void {
    this.#rows[i * this.#stride + USED] = used;
  }

  trail(i: number): number {
    return this.#rows[i * this.#stride + TRAIL]!;
  }

  setTrail(i: number, trail: number): void {
    this.#rows[i * this.#stride + TRAIL] = trail;
  }

  /** A word of the pending operations that are linearized. */
  done(i: number, word: number): number {
    return this.#rows[i * this.#stride + MASKS + word]!;
  }

  setDone(i: number, word: number, bits: number): void {
    this.#rows[i * this.#stride + MASKS + word] = bits;
  }

  /** A word of the pending writes that are not linearized, and may stand where nobody notices. */
  free(i: number, word: number): number {
    return this.#rows[i * this.#stride + MASKS + this.words + word]!;
  }

  setFree(i: number, word: number, bits: number): void {
    this.#rows[i * this.#stride + MASKS + this.words + word] = bits;
  }

  isDone(i: number, slot: number): boolean {
    return (this.done(i, slot >>> 5) & (1 << (slot & 31))) !== 0;
  }

  isFree(i: number, slot: number): boolean {
    return (this.free(i, slot >>> 5) & (1 << (slot & 31))) !== 0;
  }

  markDone(i: number, slot: number): void {
    this.setDone(i, slot >>> 5, this.done(i, slot >>> 5) | (1 << (slot & 31)));
    this.setFree(i, slot >>> 5, this.free(i, slot >>> 5) & ~(1 << (slot & 31)));
  }

  markFree(i: number, slot: number): void {
    this.setFree(i, slot >>> 5, this.free(i, slot >>> 5) | (1 << (slot & 31)));
  }

  /** The slot's operation has returned. */
  retire(i: number, slot: number): void {
    this.setDone(i, slot >>> 5, this.done(i, slot >>> 5) & ~(1 << (slot & 31)));
    this.setFree(i, slot >>> 5, this.free(i, slot >>> 5) & ~(1 << (slot & 31)));
  }

  #room(): number {
    if ((this.#count + 1) * this.#stride > this.#rows.length) {
      const larger = new Int32Array(this.#rows.length * 2);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    return this.#count++;
  }
}
