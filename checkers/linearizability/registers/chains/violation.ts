/** What convicts a register: a few operations that no order explains, with those that made what they saw. */
import { NEVER } from '../../problem/prepare.ts';
import type { RegisterForm } from '../register-form.ts';

export interface Violation {
  readonly culprits: readonly number[];
  /** As in `Links`: why culprits of unknown outcome must have happened. */
  readonly because?: Int32Array;
}

export function isViolation(x: object): x is Violation {
  return 'culprits' in x;
}

/** The culprits, and those that prove that they happened, or what they saw. */
export function coreOf({ knownBy }: RegisterForm, { culprits, because }: Violation): Int32Array {
  const core = new Set<number>();
  const todo = [...culprits];
  for (let op = todo.pop(); op !== undefined; op = todo.pop()) {
    if (op < 0 || core.has(op)) continue;
    core.add(op);
    if (because) todo.push(because[op]!);
    if (knownBy) todo.push(knownBy[op]!);
  }
  return Int32Array.from(core);
}

/** The operation of a core that returns last: up to there the history is illegal. */
export function lastToReturn({ ret }: RegisterForm, core: Int32Array): number {
  let last = -1;
  for (const op of core) if (ret[op] !== NEVER && (last < 0 || ret[op]! > ret[last]!)) last = op;
  return last;
}
