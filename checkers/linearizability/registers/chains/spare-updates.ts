/** Updates of unknown outcome that nobody saw: where they do happen, it is between two blocks. */
import { CAS, WRITE } from '../../problem/operation-classes.ts';
import { NEVER } from '../../problem/prepare.ts';
import type { RegisterForm } from '../register-form.ts';
import { type Links, NONE } from './links.ts';
import { NOWHERE, type Places } from './refused.ts';

export class SpareUpdates {
  readonly #form: RegisterForm;
  readonly #used: Uint8Array;
  /** By call. */
  readonly #spare: number[] = [];

  constructor(form: RegisterForm, { effective }: Links) {
    this.#form = form;
    this.#used = new Uint8Array(form.count);
    for (let op = 0; op < form.count; op++) {
      if (form.ret[op] === NEVER && effective[op] === 0 && (form.kind[op] === WRITE || form.kind[op] === CAS)) this.#spare.push(op);
    }
  }

  /** The order with one more update behind each value that is in the way of a refused operation; undefined where none will do. */
  putInto(order: Int32Array, { refused, place, wall, returnsFrom }: Places): Int32Array | undefined {
    const { ret, kind, from } = this.#form;
    /** By wall: the first return of those that wait behind it. */
    const until = new Map<number, number>();
    const value = new Map<number, number>();
    for (let i = 0; i < refused.length; i++) {
      if (place[i] !== NOWHERE) continue;
      const at = wall[i]!;
      // Only a write does not care what comes before it.
      if (at < order.length && kind[order[at]!] !== WRITE) return undefined;
      until.set(at, Math.min(until.get(at) ?? returnsFrom[at]!, ret[refused[i]!]!));
      value.set(at, from[refused[i]!]!);
    }
    const inserted = new Map<number, number>();
    for (const [at, end] of until) {
      const update = this.#take(end, value.get(at)!);
      if (update === NONE) return undefined;
      inserted.set(at, update);
    }
    const longer = new Int32Array(order.length + inserted.size);
    let length = 0;
    for (let i = 0; i <= order.length; i++) {
      const update = inserted.get(i);
      if (update !== undefined) longer[length++] = update;
      if (i < order.length) longer[length++] = order[i]!;
    }
    return longer;
  }

  /** The latest that was called before an event and can happen to the value: earlier ones can be used in more places. */
  #take(until: number, value: number): number {
    const { call, kind, from } = this.#form;
    let least = -1;
    let most = this.#spare.length;
    while (most - least > 1) {
      const middle = (least + most) >> 1;
      if (call[this.#spare[middle]!]! < until) least = middle;
      else most = middle;
    }
    for (let s = least; s >= 0; s--) {
      const update = this.#spare[s]!;
      if (this.#used[update] === 1 || (kind[update] !== WRITE && from[update] !== value)) continue;
      this.#used[update] = 1;
      return update;
    }
    return NONE;
  }
}
