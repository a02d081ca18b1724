/** Where a history stops being linearizable, when an engine for whole histories has said that it does. */
import { UNLIMITED } from '../../budget/budget.ts';
import type { KeyOperations, Prepared } from '../problem/prepare.ts';
import { knownByReturn } from '../registers/by-column.ts';
import type { Engine } from '../search/engine.ts';
import { cutAt, LEFT_OUT, problemOf } from './sub-history.ts';

/** Deciding twenty parts of a longer history would take longer than the verdict: there the conviction's last return will do. */
const LONG = 20_000;

const UNBOUNDED = { budget: UNLIMITED, configurations: Number.POSITIVE_INFINITY, bytesHeld: 0 };

export interface Conviction {
  /** The operation up to whose return the history is illegal. */
  readonly culprit: number;
  /** Operations that show it, with those that made what they saw. */
  readonly core?: Int32Array;
}

/** The first return up to which the history is illegal, as far as the engine that convicted it can tell; never later than the conviction's own. */
export function earliest({ classes }: Prepared, operations: KeyOperations, found: Conviction, engine: Engine): Conviction {
  if (operations.count > LONG) return found;
  const byReturn = knownByReturn(operations.ret);
  let best = found;
  let least = -1;
  let most = byReturn.indexOf(found.culprit);
  while (most - least > 1) {
    const middle = (least + most) >> 1;
    const sub = cutAt(operations, classes, byReturn[middle]!);
    const kept = Int32Array.from(sub.part.keys()).filter((op) => sub.part[op] !== LEFT_OUT);
    const decision = engine.decide(problemOf(sub, operations, classes), UNBOUNDED);
    if (decision.kind === 'illegal') {
      most = middle;
      best = { culprit: byReturn[middle]!, ...(decision.core && { core: decision.core.map((i) => kept[i]!) }) };
    } else least = middle;
  }
  return best;
}
