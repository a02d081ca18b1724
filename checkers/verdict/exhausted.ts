/** Running out of budget: an exception inside a checker's loops, a reason outside. */
import type { Budget, Reason } from '../../harness/contracts/index.ts';

const WORDS = { time: 'its time', memory: 'its memory', cancelled: 'being cancelled' } as const;

export class BudgetExhausted extends Error {
  readonly why: 'time' | 'memory' | 'cancelled';

  constructor(why: 'time' | 'memory' | 'cancelled') {
    super(`budget exhausted: ${why}`);
    this.name = 'BudgetExhausted';
    this.why = why;
  }
}

/** Asks the budget. Throws BudgetExhausted, which `checkSafely` turns into `unknown`. */
export function ask(budget: Budget, bytesHeld: number): void {
  const why = budget.exceeded(bytesHeld);
  if (why !== false) throw new BudgetExhausted(why);
}

/** What a verdict says of a budget that ran out. */
export function exhaustedReason(why: BudgetExhausted['why']): Reason {
  return {
    code: why === 'cancelled' ? 'cancelled' : `budget-${why}`,
    message: why === 'cancelled' ? 'the check was cancelled' : `the check ran out of ${WORDS[why]} before it was done`,
    ...(why === 'cancelled' ? {} : { remedy: 'Give it a larger --budget.' }),
  };
}
