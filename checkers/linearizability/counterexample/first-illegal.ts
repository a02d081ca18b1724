/** Where exactly a history stops being linearizable: the first return up to which no order explains it. */
import type { Budget } from '../../../harness/contracts/index.ts';
import type { OperationClasses } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import { cutAt, isIllegal } from './sub-history.ts';

/**
 * Configurations that one cut may cost, at least: a part of the history should not cost more than the whole did. Where they
 * are too few the cut is taken for legal, and the answer is a later one.
 */
const CONFIGURATIONS = 50_000;

/**
 * The operation whose return is the first at which the key's history, known to be illegal as a whole, is so already. Starts
 * at the return of `suspect`, before which that cannot be the case. `explored` is what deciding the whole took. When
 * the budget ends the answer is just later.
 */
export function firstIllegal(operations: KeyOperations, classes: OperationClasses, suspect: number, explored: number, budget: Budget): number {
  const effort = { configurations: Math.max(CONFIGURATIONS, 2 * explored), budget };
  const { ret } = operations;
  const byReturn = [...ret.keys()].filter((op) => ret[op] !== NEVER).sort((a, b) => ret[a]! - ret[b]!);
  const last = byReturn.length - 1;
  const illegalAt = (i: number): boolean => i >= last || isIllegal(cutAt(operations, classes, byReturn[i]!), operations, classes, effort).illegal;
  let least = byReturn.indexOf(suspect) - 1;
  let step = 1;
  while (!illegalAt(least + step)) {
    least += step;
    step *= 2;
  }
  let most = Math.min(least + step, last);
  while (most - least > 1) {
    const middle = (least + most) >> 1;
    if (illegalAt(middle)) most = middle;
    else least = middle;
  }
  return byReturn[most]!;
}
