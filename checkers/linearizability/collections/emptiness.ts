/**
 * When a collection can have been empty, and what must have been taken out by then. O(n log n).
 *
 * An element is certainly there between the return of its insert and the call of its removal. At an instant that no such
 * interval covers the collection can be empty: every element there can be put in after it, or taken out before it. So each
 * operation that found nothing needs such an instant, and these can be chosen one by one (Henzinger, Sezgin & Vafeiadis
 * 2013 for queues).
 *
 * An element that nothing known took out (an orphan) covers everything after its insert, unless a removal of unknown outcome
 * took it. Each of those takes one, at any time after its call: what counts at an instant is only whether at least as many
 * had been called as there were orphans.
 */
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import { sortedBy } from './order.ts';
import type { Pairs } from './pairs.ts';

/** At one instant intervals end first, then it is asked whether it will do, then intervals begin. */
const END = 0;
const CALLED = 1;
const ASKED = 2;
const BEGIN = 3;
const ORPHANED = 4;
const PHASES = 5;

/** For each of `pairs.empties` the first instant at which the collection can have been empty; or the first one that has none. */
export function emptyInstants(pairs: Pairs, { call, ret }: KeyOperations): { readonly instants: Float64Array } | { readonly impossible: number } {
  const good = possibleInstants(pairs, call);
  const instants = new Float64Array(pairs.empties.length);
  for (const [i, op] of pairs.empties.entries()) {
    const at = good[indexFrom(good, call[op]!)];
    if (at === undefined || at > ret[op]!) return { impossible: op };
    instants[i] = at;
  }
  return { instants };
}

/** Instants, ascending: among those from some call on, the first possible one is always there. */
function possibleInstants(pairs: Pairs, call: Int32Array): readonly number[] {
  const { count, insertRet, removeCall, unknownRemovals, empties } = pairs;
  const capacity = 2 * count + unknownRemovals.length + empties.length;
  const times = new Float64Array(capacity);
  let length = 0;
  const add = (time: number, phase: number): void => {
    times[length++] = time * PHASES + phase;
  };
  for (let i = 0; i < count; i++) {
    if (insertRet[i]! >= removeCall[i]!) continue;
    if (removeCall[i] === NEVER) add(insertRet[i]!, ORPHANED);
    else {
      add(insertRet[i]!, BEGIN);
      add(removeCall[i]!, END);
    }
  }
  for (const op of unknownRemovals) add(call[op]!, CALLED);
  for (const op of empties) add(call[op]!, ASKED);
  const events = times.subarray(0, length).sort();
  const good: number[] = [];
  let depth = 0;
  let orphans = 0;
  let called = 0;
  for (const event of events) {
    const time = Math.floor(event / PHASES);
    const phase = event - time * PHASES;
    if (phase === BEGIN) depth++;
    else if (phase === END) depth--;
    else if (phase === ORPHANED) orphans++;
    else if (phase === CALLED) called++;
    if (phase <= ASKED && depth === 0 && orphans <= called) good.push(time);
  }
  return good;
}

/** The index of the first of the ascending numbers that is at least `least`. */
export function indexFrom(ascending: ArrayLike<number>, least: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** By element: the operation that takes it out, and from when on it can; NEVER for those that stay. */
export interface Takers {
  readonly by: Int32Array;
  readonly from: Float64Array;
}

/**
 * Gives elements that must be gone by a deadline (ascending with the order of their inserts' returns, NEVER for none) to
 * removals: their own where it was called in time, else one of unknown outcome. An element for which there is none instead.
 */
export function assignTakers(pairs: Pairs, deadline: Float64Array, call: Int32Array): Takers | { readonly stuck: number } {
  const { count, remove, removeCall, removeRet, unknownRemovals } = pairs;
  const by = new Int32Array(count).fill(-1);
  const from = new Float64Array(count).fill(NEVER);
  const byDeadline = sortedBy(deadline);
  let next = 0;
  for (const i of byDeadline) {
    if (removeRet[i] !== NEVER || (deadline[i] !== NEVER && removeCall[i]! <= deadline[i]!)) {
      by[i] = remove[i]!;
      from[i] = removeCall[i]!;
    } else if (deadline[i] !== NEVER) {
      const taker = unknownRemovals[next++];
      if (taker === undefined || call[taker]! > deadline[i]!) return { stuck: i };
      by[i] = taker;
      from[i] = Math.max(call[taker]!, pairs.insertCall[i]!);
    }
  }
  return { by, from };
}

/** Elements that are certainly there at some instant of the interval, or orphans by then: why nothing can have been empty. */
export function elementsThereIn(pairs: Pairs, from: number, to: number): number[] {
  const there: number[] = [];
  for (let i = 0; i < pairs.count; i++) if (pairs.insertRet[i]! < to && pairs.removeCall[i]! > from) there.push(pairs.insert[i]!, pairs.remove[i]!);
  return there;
}
