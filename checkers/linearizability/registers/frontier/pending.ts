/** The known operations in flight: which slot each has, and masks of slots by kind and by state. */
import { CAS, DIFFERS, READ, WRITE } from '../../problem/operation-classes.ts';
import type { FrontierSpace } from './frontier-space.ts';

export class Pending {
  readonly words: number;
  /** By slot. */
  readonly operation: Int32Array;
  /** By operation, while it is pending. */
  readonly slot: Int32Array;
  /** By state and word: reads that see it, refused operations that did not find it, writes that make it. */
  readonly reads: Int32Array;
  readonly refusals: Int32Array;
  readonly writesTo: Int32Array;
  /** By state: pending exchanges that expect it. */
  readonly expected: Int32Array;
  /** By word; `lookers`: reads and refused operations. */
  readonly lookers: Int32Array;
  readonly refused: Int32Array;
  readonly writes: Int32Array;
  readonly exchanges: Int32Array;
  readonly #space: FrontierSpace;
  readonly #vacant: number[] = [];

  constructor(space: FrontierSpace) {
    const words = Math.max(1, (space.width + 31) >>> 5);
    this.#space = space;
    this.words = words;
    this.operation = new Int32Array(words * 32).fill(-1);
    this.slot = new Int32Array(space.count).fill(-1);
    this.reads = new Int32Array(space.states * words);
    this.refusals = new Int32Array(space.states * words);
    this.writesTo = new Int32Array(space.states * words);
    this.expected = new Int32Array(space.states);
    this.lookers = new Int32Array(words);
    this.refused = new Int32Array(words);
    this.writes = new Int32Array(words);
    this.exchanges = new Int32Array(words);
    for (let slot = words * 32 - 1; slot >= 0; slot--) this.#vacant.push(slot);
  }

  get bytes(): number {
    return (this.slot.length + 3 * this.reads.length + this.expected.length) * 4;
  }

  /** Gives the slot. */
  call(op: number): number {
    const slot = this.#vacant.pop()!;
    this.operation[slot] = op;
    this.slot[op] = slot;
    this.#flip(op, slot, 1);
    return slot;
  }

  retire(op: number): void {
    const slot = this.slot[op]!;
    this.#flip(op, slot, -1);
    this.operation[slot] = -1;
    this.#vacant.push(slot);
  }

  #flip(op: number, slot: number, change: number): void {
    const { kind, from, to } = this.#space;
    const word = slot >>> 5;
    const bit = 1 << (slot & 31);
    switch (kind[op]) {
      case READ:
        this.lookers[word]! ^= bit;
        this.reads[from[op]! * this.words + word]! ^= bit;
        break;
      case WRITE:
        this.writes[word]! ^= bit;
        this.writesTo[to[op]! * this.words + word]! ^= bit;
        break;
      case CAS:
        this.exchanges[word]! ^= bit;
        this.expected[from[op]!]! += change;
        break;
      case DIFFERS:
        this.lookers[word]! ^= bit;
        this.refused[word]! ^= bit;
        this.refusals[from[op]! * this.words + word]! ^= bit;
        break;
    }
  }
}
