/** From the moves of one configuration to a linearization: puts in what only looked, and the writes that passed unnoticed. */
import { DIFFERS, READ, WRITE } from '../../problem/operation-classes.ts';
import { NEVER } from '../../problem/prepare.ts';
import type { FrontierSpace } from './frontier-space.ts';
import { hidden } from './trails.ts';

/** Operations of the space in an order that explains them; `moments[i]` is the return before which `moves[i]` was made. */
export function witnessOf(space: FrontierSpace, moves: Int32Array, moments: Int32Array): Int32Array {
  return new Retelling(space).run(moves, moments);
}

class Retelling {
  readonly #space: FrontierSpace;
  #state: number;
  readonly #visible: Int32Array;
  #length = 0;
  /** Known operations that are called and not linearized. */
  readonly #pending: number[] = [];
  /** By write: before which position of `#visible` it may stand; -1. */
  readonly #hidingPlace: Int32Array;
  readonly #hidden: number[] = [];

  constructor(space: FrontierSpace) {
    this.#space = space;
    this.#state = space.init;
    this.#visible = new Int32Array(space.count);
    this.#hidingPlace = new Int32Array(space.count).fill(-1);
  }

  run(moves: Int32Array, moments: Int32Array): Int32Array {
    const { count, call, ret, byReturn } = this.#space;
    let next = 0;
    let m = 0;
    for (let moment = 0; moment < byReturn.length; moment++) {
      for (; next < count && call[next]! < ret[byReturn[moment]!]!; next++) {
        if (ret[next] === NEVER) continue;
        if (!this.#looks(next)) this.#pending.push(next);
      }
      for (; m < moves.length && moments[m] === moment; m++) this.#make(moves[m]!);
    }
    return this.#merge();
  }

  #make(move: number): void {
    const { kind, to } = this.#space;
    const op = move < 0 ? hidden(move) : move;
    const at = this.#pending.indexOf(op);
    if (at >= 0) this.#pending.splice(at, 1);
    if (move < 0) {
      this.#hidden.push(op);
      return;
    }
    if (kind[op] === WRITE) for (const other of this.#pending) if (kind[other] === WRITE) this.#mayHide(other);
    this.#visible[this.#length++] = op;
    this.#state = to[op]!;
    this.#look();
  }

  #mayHide(op: number): void {
    if (this.#hidingPlace[op]! < 0) this.#hidingPlace[op] = this.#length;
  }

  /** What the state lets happen. */
  #look(): void {
    let kept = 0;
    for (const op of this.#pending) {
      if (!this.#looks(op)) this.#pending[kept++] = op;
    }
    this.#pending.length = kept;
  }

  /** Whether the operation only looks, and the state lets it. */
  #looks(op: number): boolean {
    const { kind, from, to } = this.#space;
    if (kind[op] === READ ? from[op] === this.#state : kind[op] === DIFFERS && from[op] !== this.#state) {
      this.#visible[this.#length++] = op;
      return true;
    }
    if (kind[op] === WRITE && to[op] === this.#state) this.#mayHide(op);
    return false;
  }

  #merge(): Int32Array {
    const byPlace = this.#hidden.sort((a, b) => this.#hidingPlace[a]! - this.#hidingPlace[b]! || a - b);
    const order = new Int32Array(this.#length + byPlace.length);
    let length = 0;
    let h = 0;
    for (let i = 0; i <= this.#length; i++) {
      for (; h < byPlace.length && this.#hidingPlace[byPlace[h]!] === i; h++) order[length++] = byPlace[h]!;
      if (i < this.#length) order[length++] = this.#visible[i]!;
    }
    return order;
  }
}
