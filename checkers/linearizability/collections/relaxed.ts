/** The same collection with more freedom: what is impossible even so is impossible. */
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import type { Decision } from '../search/engine.ts';
import { UNSUITABLE } from './order.ts';
import type { Pairs } from './pairs.ts';

/** Whether a removal that need not have happened is known to have taken a certain element if it has. */
export function hasOptional({ remove, removeRet }: Pairs): boolean {
  return remove.some((op, i) => op >= 0 && removeRet[i] === NEVER);
}

/** Removals that need not have happened may take any element. */
export function withoutPreference(pairs: Pairs): Pairs {
  const { remove, removeCall, removeRet, unknownRemovals } = pairs;
  const isOptional = (i: number): boolean => remove[i]! >= 0 && removeRet[i] === NEVER;
  const freed = [...remove].filter((_, i) => isOptional(i));
  return {
    ...pairs,
    remove: remove.map((op, i) => (isOptional(i) ? -1 : op)),
    removeCall: removeCall.map((time, i) => (isOptional(i) ? NEVER : time)),
    // Operations are numbered by their calls.
    unknownRemovals: [...unknownRemovals, ...freed].sort((a, b) => a - b),
  };
}

/** Only the elements that were certainly taken out: the others, and whatever took them, can be left out of any linearization. */
export function onlyTaken(pairs: Pairs): Pairs {
  const kept = [...pairs.remove.keys()].filter((i) => pairs.removeRet[i] !== NEVER);
  const times = (of: Float64Array): Float64Array => Float64Array.from(kept, (i) => of[i]!);
  return {
    ...pairs,
    count: kept.length,
    insert: Int32Array.from(kept, (i) => pairs.insert[i]!),
    remove: Int32Array.from(kept, (i) => pairs.remove[i]!),
    insertCall: times(pairs.insertCall),
    insertRet: times(pairs.insertRet),
    removeCall: times(pairs.removeCall),
    removeRet: times(pairs.removeRet),
    value: kept.map((i) => pairs.value[i]!),
    unknownRemovals: [],
  };
}

/**
 * What queues answer that decide exactly but for one case: an operation found nothing, some removals took a certain element or
 * nothing, and others nobody knows what. What serves whom then hangs on the instants chosen. So an order found is an order, but
 * where there seems to be none there must be none with more freedom either; else it is not known.
 */
export function orUnsuitable(decide: (pairs: Pairs, operations: KeyOperations) => Decision, pairs: Pairs, operations: KeyOperations): Decision {
  const decision = decide(pairs, operations);
  if (decision.kind !== 'illegal' || pairs.empties.length === 0 || pairs.unknownRemovals.length === 0 || !hasOptional(pairs)) return decision;
  return decide(withoutPreference(pairs), operations).kind === 'illegal' ? decision : UNSUITABLE;
}
