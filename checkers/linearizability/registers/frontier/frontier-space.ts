/**
 * What the frontier engine sweeps: the operations of a register that matter, values as states, crashed operations (those of
 * unknown outcome) as classes. Values that nobody asks for are one state; where nothing was refused, crashed operations that
 * lead there are left out (see search/register-space.ts for why).
 */
import { CAS, DIFFERS, READ } from '../../problem/operation-classes.ts';
import { NEVER } from '../../problem/prepare.ts';
import { knownByReturn } from '../by-column.ts';
import { DenseNumbers } from '../dense-numbers.ts';
import { INITIAL, type RegisterForm } from '../register-form.ts';

export interface CrashedClass {
  readonly kind: number;
  /** -1 for a write. */
  readonly from: number;
  readonly to: number;
  /** By call. */
  readonly members: Int32Array;
}

/** Operations by call; those left out are not among them. */
export interface FrontierSpace {
  readonly count: number;
  readonly call: Int32Array;
  readonly ret: Int32Array;
  readonly kind: Uint8Array;
  /** States, -1 where there is none. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** The position of each in the register form. */
  readonly origin: Int32Array;
  readonly states: number;
  readonly init: number;
  /** Known operations by return. */
  readonly byReturn: Int32Array;
  /** The class of a crashed operation, -1 for the others. */
  readonly classOf: Int32Array;
  readonly classes: readonly CrashedClass[];
  /** The most known operations that are pending at once. */
  readonly width: number;
}

/** O(n). */
export function frontierSpace(form: RegisterForm): FrontierSpace {
  const origin = needed(form);
  const count = origin.length;
  const asked = new Uint8Array(form.values);
  for (let i = 0; i < count; i++) if (form.from[origin[i]!]! >= 0) asked[form.from[origin[i]!]!] = 1;
  const numbers = new DenseNumbers();
  const others = form.values;
  const stateOf = (value: number): number => (value < 0 ? -1 : numbers.of(asked[value] === 1 ? value : others));
  const init = stateOf(INITIAL);
  const isWhole = count === form.count;
  const call = isWhole ? form.call : origin.map((op) => form.call[op]!);
  const ret = isWhole ? form.ret : origin.map((op) => form.ret[op]!);
  const kind = isWhole ? form.kind : Uint8Array.from(origin, (op) => form.kind[op]!);
  const from = new Int32Array(count);
  const to = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    from[i] = stateOf(form.from[origin[i]!]!);
    to[i] = stateOf(form.to[origin[i]!]!);
  }
  const byReturn = knownByReturn(ret);
  const space = { count, call, ret, kind, from, to, origin, states: numbers.count, init, byReturn };
  return { ...space, ...crashedClasses(call, ret, from, to, kind), width: widthOf(call, ret, byReturn) };
}

/** All known operations, and crashed ones that make a value which one of these asks for, or one that matters for that. */
function needed({ count, kind, ret, from, to, values }: RegisterForm): Int32Array {
  const keep = new Uint8Array(count);
  const asked = new Uint8Array(values);
  let refused = false;
  let kept = 0;
  for (let op = 0; op < count; op++) {
    if (ret[op] === NEVER) continue;
    keep[op] = 1;
    kept++;
    if (kind[op] === DIFFERS) refused = true;
    if (from[op]! >= 0) asked[from[op]!] = 1;
  }
  for (let more = kept < count; more; ) {
    more = false;
    for (let op = 0; op < count; op++) {
      if (keep[op] === 1 || kind[op] === READ || kind[op] === DIFFERS || !(refused || asked[to[op]!] === 1)) continue;
      keep[op] = 1;
      kept++;
      if (kind[op] !== CAS || asked[from[op]!] === 1) continue;
      asked[from[op]!] = 1;
      more = true;
    }
  }
  const list = new Int32Array(kept);
  kept = 0;
  for (let op = 0; op < count; op++) if (keep[op] === 1) list[kept++] = op;
  return list;
}

function crashedClasses(call: Int32Array, ret: Int32Array, from: Int32Array, to: Int32Array, kind: Uint8Array): Pick<FrontierSpace, 'classOf' | 'classes'> {
  const classOf = new Int32Array(call.length).fill(-1);
  const byName = new Map<string, number>();
  const members: number[][] = [];
  for (let op = 0; op < call.length; op++) {
    // An exchange between values that nobody asks for changes nothing.
    if (ret[op] !== NEVER || from[op] === to[op]) continue;
    const name = `${from[op]} ${to[op]}`;
    const known = byName.get(name);
    classOf[op] = known ?? members.length;
    if (known === undefined) {
      byName.set(name, members.length);
      members.push([op]);
    } else members[known]!.push(op);
  }
  const classes = members.map((list) => ({ kind: kind[list[0]!]!, from: from[list[0]!]!, to: to[list[0]!]!, members: Int32Array.from(list) }));
  return { classOf, classes };
}

function widthOf(call: Int32Array, ret: Int32Array, byReturn: Int32Array): number {
  let width = 0;
  let pending = 0;
  let next = 0;
  for (const op of byReturn) {
    for (; next < call.length && call[next]! < ret[op]!; next++) if (ret[next] !== NEVER) pending++;
    width = Math.max(width, pending--);
  }
  return width;
}
