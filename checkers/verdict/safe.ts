/** Running a checker so that nothing it does can look like a verdict it did not reach. */
import type { Budget, Checker, History, Reason, Result } from '../../harness/contracts/index.ts';
import { isOrdealError, messageOf } from '../../harness/errors/ordeal-error.ts';
import { BudgetExhausted, exhaustedReason } from './exhausted.ts';

/**
 * Parses the options and runs the checker. Never throws: bad options, an exception, an exhausted budget and a verdict
 * without what it must carry (anomalies, reasons) all become `unknown` with the reason.
 */
export function checkSafely(checker: Checker, history: History, options: unknown, budget: Budget): Result {
  try {
    const result = checker.check(history, checker.options.parse(options ?? {}), budget);
    if (result.valid === false && result.anomalies.length === 0) throw new Error('it convicted without an anomaly');
    if (result.valid === 'unknown' && result.reasons.length === 0) throw new Error('it gave no reason for not knowing');
    return result;
  } catch (error) {
    return { checker: checker.name, valid: 'unknown', stats: null, reasons: [reasonOf(checker.name, error)] };
  }
}

/** Errors for people keep their code and remedy; everything else is a mistake of the checker. */
function reasonOf(checker: string, error: unknown): Reason {
  if (error instanceof BudgetExhausted) return exhaustedReason(error.why);
  if (isOrdealError(error)) return { code: error.code, message: error.message, remedy: error.remedy };
  return { code: 'checker-threw', message: `the checker "${checker}" failed: ${messageOf(error)}`, remedy: 'Please report it with the history.' };
}
