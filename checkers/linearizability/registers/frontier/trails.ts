/** How each configuration came about: moves with their parents, without those that no configuration comes from any more. */

/** Below this many, forgetting is not worth it. */
const FEW = 1 << 16;
/** Room at first, at least. */
const LEAST = 32;

export class Trails {
  #parent: Int32Array;
  #move: Int32Array;
  #moment: Int32Array;
  #count = 0;
  #limit = FEW;

  /** `moves`: how many are likely. */
  constructor(moves: number) {
    const room = Math.min(FEW, Math.max(LEAST, moves));
    this.#parent = new Int32Array(room);
    this.#move = new Int32Array(room);
    this.#moment = new Int32Array(room);
  }

  get bytes(): number {
    return this.#parent.length * 12;
  }

  /** Whether `forget` is due. */
  get isLong(): boolean {
    return this.#count > this.#limit;
  }

  /** A move (an operation, or `hidden` of one) made before the `moment`-th return; -1 is the parent of first moves. */
  add(parent: number, move: number, moment: number): number {
    if (this.#count === this.#parent.length) {
      this.#parent = doubled(this.#parent);
      this.#move = doubled(this.#move);
      this.#moment = doubled(this.#moment);
    }
    this.#parent[this.#count] = parent;
    this.#move[this.#count] = move;
    this.#moment[this.#count] = moment;
    return this.#count++;
  }

  /** The moves up to the end of a trail, in order, and the return before which each was made. */
  path(end: number): { moves: Int32Array; moments: Int32Array } {
    let length = 0;
    for (let i = end; i >= 0; i = this.#parent[i]!) length++;
    const moves = new Int32Array(length);
    const moments = new Int32Array(length);
    for (let i = end; i >= 0; i = this.#parent[i]!) {
      moves[--length] = this.#move[i]!;
      moments[length] = this.#moment[i]!;
    }
    return { moves, moments };
  }

  /** Keeps what leads to `ends`; gives the new name of each trail that is kept. */
  forget(ends: Int32Array): Int32Array {
    const names = new Int32Array(this.#count);
    for (const end of ends) if (end >= 0) names[end] = 1;
    for (let i = this.#count - 1; i >= 0; i--) if (names[i] === 1 && this.#parent[i]! >= 0) names[this.#parent[i]!] = 1;
    let kept = 0;
    for (let i = 0; i < this.#count; i++) {
      if (names[i] === 0) continue;
      this.#parent[kept] = this.#parent[i]! < 0 ? -1 : names[this.#parent[i]!]!;
      this.#move[kept] = this.#move[i]!;
      this.#moment[kept] = this.#moment[i]!;
      names[i] = kept++;
    }
    this.#count = kept;
    this.#limit = Math.max(FEW, 3 * kept);
    return names;
  }
}

/** The move "this write, which is free, returns without having been seen". Its own inverse. */
export function hidden(op: number): number {
  return -1 - op;
}

function doubled(ints: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(ints.length * 2);
  larger.set(ints);
  return larger;
}
