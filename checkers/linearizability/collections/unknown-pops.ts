/** Stacks: what pops of unknown outcome may have taken. O(n log n). */
import { NEVER } from '../problem/prepare.ts';
import { indexFrom } from './emptiness.ts';
import { sortedBy } from './order.ts';
import type { Pairs } from './pairs.ts';

/**
 * By element that nothing known took out: by when it must be gone, because one that was pushed before it is popped after it was
 * pushed, or the stack is empty; NEVER where nothing says so.
 */
export function popDeadlines(pairs: Pairs, empty: Float64Array): Float64Array {
  const { count, insertCall, insertRet, removeCall, removeRet } = pairs;
  const emptyAt = empty.slice().sort();
  const below = new EarliestReturn(removeCall);
  const byReturn = sortedBy(insertRet);
  const deadline = new Float64Array(count).fill(NEVER);
  let next = 0;
  for (const i of sortedBy(insertCall)) {
    for (; next < count && insertRet[byReturn[next]!]! < insertCall[i]!; next++) below.add(removeCall[byReturn[next]!]!, removeRet[byReturn[next]!]!);
    if (removeRet[i] === NEVER) deadline[i] = Math.min(below.calledAfter(insertRet[i]!), emptyAt[indexFrom(emptyAt, insertRet[i]!)] ?? NEVER);
  }
  return deadline;
}

/** Of the pops called after an instant, the first return. O(log n) each. */
class EarliestReturn {
  readonly #calls: Float64Array;
  /** A Fenwick tree over the calls, the last one first. */
  readonly #least: Float64Array;

  constructor(calls: Float64Array) {
    this.#calls = calls.slice().sort();
    this.#least = new Float64Array(calls.length + 1).fill(NEVER);
  }

  add(call: number, ret: number): void {
    const { length } = this.#calls;
    for (let at = length - indexFrom(this.#calls, call); at <= length; at += at & -at) this.#least[at] = Math.min(this.#least[at]!, ret);
  }

  calledAfter(instant: number): number {
    let least = NEVER;
    for (let at = this.#calls.length - indexFrom(this.#calls, instant + 1); at > 0; at -= at & -at) least = Math.min(least, this.#least[at]!);
    return least;
  }
}

/**
 * Each pop of unknown outcome as that of an element that nothing took out: of those given to it in `by`, else of the last, or the
 * first, one that was pushed before it and is left.
 */
export function guessed(pairs: Pairs, call: Int32Array, which: 'last' | 'first', by?: Int32Array): Pairs {
  const { remove, removeCall, removeRet, insertRet, unknownRemovals } = pairs;
  const popOf = new Map<number, number>();
  const given = new Set<number>();
  by?.forEach((op, i) => {
    if (removeRet[i] !== NEVER || op < 0) return;
    popOf.set(i, op);
    given.add(op);
  });
  const orphans = sortedBy(insertRet).filter((i) => removeCall[i] === NEVER && !popOf.has(i));
  const waiting: number[] = [];
  let next = 0;
  for (const op of unknownRemovals) {
    for (; next < orphans.length && insertRet[orphans[next]!]! < call[op]!; next++) waiting.push(orphans[next]!);
    const taken = given.has(op) ? undefined : which === 'last' ? waiting.pop() : waiting.shift();
    if (taken !== undefined) popOf.set(taken, op);
  }
  return {
    ...pairs,
    remove: remove.map((op, i) => popOf.get(i) ?? op),
    removeCall: removeCall.map((time, i) => (popOf.has(i) ? Math.max(call[popOf.get(i)!]!, pairs.insertCall[i]!) : time)),
    unknownRemovals: [],
  };
}
