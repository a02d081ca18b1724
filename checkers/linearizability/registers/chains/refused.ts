/**
 * Refused operations (a cas that found another value than the one it expected) in an order of all others. Each may stand
 * anywhere between those that returned before it and those that were called after it, but not where its value is in force.
 * Earliest place first, in the order of calls: a later place never helps another one, so this finds places for all of them
 * whenever this order has them. O(r log r + n).
 */
import { DIFFERS } from '../../problem/operation-classes.ts';
import { NEVER } from '../../problem/prepare.ts';
import { byColumn } from '../by-column.ts';
import { INITIAL, type RegisterForm } from '../register-form.ts';

export interface Places {
  /** The refused operations, by call. */
  readonly refused: Int32Array;
  /** By refused operation: how many operations of the order stand before it; NOWHERE where there is no place. */
  readonly place: Int32Array;
  /** By position in the order: the first return of what stands there or later, NEVER at the end. */
  readonly returnsFrom: Int32Array;
  /** By refused operation without a place: the position behind the last operation that leaves its value in force. */
  readonly wall: Int32Array;
  readonly misplaced: number;
}

export const NOWHERE = -1;

/** The refused operations of a register, and room for finding places for them again and again. */
export class RefusedOperations {
  readonly #form: RegisterForm;
  /** By call. */
  readonly #refused: Int32Array;
  /** Positions in `#refused`, by return. */
  readonly #byReturn: Int32Array;
  /** By value: the first and the last position at which it is in force; last < first where it never is. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;

  constructor(form: RegisterForm) {
    const { ret } = form;
    this.#form = form;
    this.#refused = refusedIn(form);
    const returns = new Int32Array(this.#refused.length);
    const positions = new Int32Array(this.#refused.length);
    for (let i = 0; i < returns.length; i++) {
      returns[i] = ret[this.#refused[i]!]!;
      positions[i] = i;
    }
    this.#byReturn = byColumn(positions, returns);
    this.#first = new Int32Array(form.values);
    this.#last = new Int32Array(form.values);
  }

  get count(): number {
    return this.#refused.length;
  }

  /** Finds places among `order`: known and effective operations in an order that explains them. */
  places(order: Int32Array): Places {
    const { call, ret, from } = this.#form;
    const refused = this.#refused;
    const byReturn = this.#byReturn;
    const { calledBefore, returnsFrom } = bounds(this.#form, order);
    this.#reigns(order);
    const place = new Int32Array(refused.length);
    const wall = new Int32Array(refused.length);
    let earliest = 0;
    let atLeast = 0;
    let over = 0;
    let misplaced = 0;
    for (let i = 0; i < refused.length; i++) {
      const op = refused[i]!;
      while (returnsFrom[earliest]! < call[op]!) earliest++;
      for (; ret[refused[byReturn[over]!]!]! < call[op]!; over++) atLeast = Math.max(atLeast, place[byReturn[over]!]!);
      let at = Math.max(earliest, atLeast);
      const first = this.#first[from[op]!]!;
      const last = this.#last[from[op]!]!;
      if (at >= first && at <= last) at = last + 1;
      if (at > order.length || calledBefore[at]! > ret[op]!) {
        misplaced++;
        wall[i] = last;
        at = NOWHERE;
      }
      place[i] = at;
    }
    return { refused, place, returnsFrom, wall, misplaced };
  }

  #reigns(order: Int32Array): void {
    const { to } = this.#form;
    const first = this.#first.fill(1);
    const last = this.#last.fill(0);
    let value = INITIAL;
    first[value] = 0;
    for (let i = 0; i < order.length; i++) {
      const made = to[order[i]!]!;
      if (made < 0) continue;
      last[value] = i;
      value = made;
      first[value] = i + 1;
    }
    last[value] = order.length;
  }
}

function refusedIn({ count, kind, ret }: RegisterForm): Int32Array {
  const isRefused = (op: number): boolean => kind[op] === DIFFERS && ret[op] !== NEVER;
  let refused = 0;
  for (let op = 0; op < count; op++) if (isRefused(op)) refused++;
  const list = new Int32Array(refused);
  refused = 0;
  for (let op = 0; op < count; op++) if (isRefused(op)) list[refused++] = op;
  return list;
}

/** By position in the order: the last call of what stands before it, and the first return of what stands behind. */
export function bounds({ call, ret }: RegisterForm, order: Int32Array): { calledBefore: Int32Array; returnsFrom: Int32Array } {
  const calledBefore = new Int32Array(order.length + 1);
  const returnsFrom = new Int32Array(order.length + 1);
  calledBefore[0] = -1;
  returnsFrom[order.length] = NEVER;
  for (let i = 0; i < order.length; i++) calledBefore[i + 1] = Math.max(calledBefore[i]!, call[order[i]!]!);
  for (let i = order.length - 1; i >= 0; i--) returnsFrom[i] = Math.min(returnsFrom[i + 1]!, ret[order[i]!]!);
  return { calledBefore, returnsFrom };
}

/** The order with the refused operations at their places. */
export function withRefused(order: Int32Array, { refused, place }: Pick<Places, 'refused' | 'place'>): Int32Array {
  const start = new Int32Array(order.length + 2);
  for (const at of place) start[at + 1]!++;
  for (let i = 0; i <= order.length; i++) start[i + 1]! += start[i]!;
  const result = new Int32Array(order.length + refused.length);
  const next = start.slice(0, order.length + 1);
  for (let i = 0; i < refused.length; i++) {
    const at = place[i]!;
    result[at + next[at]!++] = refused[i]!;
  }
  for (let i = 0; i < order.length; i++) result[i + start[i + 1]!] = order[i]!;
  return result;
}
