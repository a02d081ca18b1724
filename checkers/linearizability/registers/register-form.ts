/** One key of a register as columns of small integers: what the engines for registers work on. */
import type { Value } from '../../../harness/contracts/index.ts';
import type { OperationClasses } from '../problem/operation-classes.ts';
import { NEVER } from '../problem/prepare.ts';
import type { Problem } from '../search/engine.ts';
import { DenseNumbers } from './dense-numbers.ts';

/** Operations by position, ordered by call, as in KeyOperations. */
export interface RegisterForm {
  readonly count: number;
  readonly call: Int32Array;
  /** NEVER where the outcome is unknown. */
  readonly ret: Int32Array;
  /** READ, WRITE, CAS or DIFFERS. */
  readonly kind: Uint8Array;
  /** The value that must (READ, CAS) or must not (DIFFERS) be there; -1 for a WRITE. */
  readonly from: Int32Array;
  /** The value afterwards, for WRITE and CAS; else -1. */
  readonly to: Int32Array;
  /** Values are 0 … values - 1, the initial one is INITIAL. */
  readonly values: number;
  /** By operation: another one without which nobody would know `from`; -1. Absent where everything is known of itself. */
  readonly knownBy?: Int32Array;
}

/** The initial value. */
export const INITIAL = 0;

const numbersOf = new WeakMap<OperationClasses, DenseNumbers>();

/** Whether there are more known updates than values: then one is made twice. A cheap look before anything is made of the key. */
export function makesValuesTwice({ operations: { count, ret, cls }, classes }: Problem): boolean {
  let left = classes.values.count;
  if (left >= count) return false;
  for (let op = 0; op < count && left >= 0; op++) if (ret[op] !== NEVER && classes.to(cls[op]!) >= 0) left--;
  return left < 0;
}

/** The operations of a problem whose model is a register. O(n). */
export function registerForm({ operations, classes, ...rest }: Problem): RegisterForm {
  const { count, call, ret, cls } = operations;
  const init = ('init' in rest ? rest.init : classes.model.init) as Value;
  let numbers = numbersOf.get(classes);
  if (numbers === undefined) {
    numbers = new DenseNumbers();
    numbersOf.set(classes, numbers);
  }
  const kind = new Uint8Array(count);
  const from = new Int32Array(count);
  const to = new Int32Array(count);
  numbers.of(classes.values.id(init));
  for (let op = 0; op < count; op++) {
    const c = cls[op]!;
    kind[op] = classes.kind(c);
    from[op] = numbers.of(classes.from(c));
    to[op] = numbers.of(classes.to(c));
  }
  const values = numbers.count;
  numbers.clear();
  return { count, call, ret, kind, from, to, values };
}
