/**
 * Convicting from a few operations near the place where a search got stuck, with anything in the register before them. Most
 * violations are local: this finds them where the search would have to try everything that could have happened until then.
 */
import type { Budget } from '../../../harness/contracts/index.ts';
import type { OperationClasses } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import { cutAt, isIllegal, type SubHistory, startAt, withoutRefused } from './sub-history.ts';

/** How many known operations the window begins before the suspect's return, and how many returns it goes on after it. */
const BACK = [4, 16, 64, 256];
const AHEAD = [0, 8, 64, 256];
const CONFIGURATIONS = 4_000;
/** Configurations in all. */
const ALL_CONFIGURATIONS = 250_000;

/** An operation up to whose return the history certainly is not linearizable; -1 when no small window shows one. Registers only. */
export function refuteLocally(operations: KeyOperations, classes: OperationClasses, suspect: number, budget: Budget): number {
  if (!classes.model.asRegister) return -1;
  const { ret, call } = operations;
  const byReturn = [...ret.keys()].filter((op) => ret[op] !== NEVER).sort((a, b) => ret[a]! - ret[b]!);
  const at = byReturn.indexOf(suspect);
  let explored = 0;
  const ask = (sub: SubHistory): boolean => {
    if (explored > ALL_CONFIGURATIONS || budget.exceeded(0) !== false) return false;
    const answer = isIllegal(sub, operations, classes, { configurations: CONFIGURATIONS, budget });
    explored += answer.explored;
    return answer.illegal;
  };
  const illegal = (end: number, back: number): boolean => {
    const from = call[byReturn[Math.max(0, at - back)]!]!;
    const window = startAt(cutAt(operations, classes, byReturn[end]!), operations, classes, from);
    return ask(withoutRefused(window, operations, classes, byReturn[end]!)) || ask(window);
  };
  for (const back of BACK) {
    for (const ahead of AHEAD) {
      let most = Math.min(at + ahead, byReturn.length - 1);
      if (!illegal(most, back)) continue;
      let least = at - 1;
      while (most - least > 1) {
        const middle = (least + most) >> 1;
        if (illegal(middle, back)) most = middle;
        else least = middle;
      }
      return byReturn[most]!;
    }
  }
  return -1;
}
