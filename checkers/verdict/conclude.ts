/** From what a checker found and what it could not decide to its result: false before unknown before true. */
import type { Anomaly, Reason, Result, Value } from '../../harness/contracts/index.ts';

/** An anomaly convicts; else a reason leaves it open; else it is valid. */
export function conclude(checker: string, anomalies: readonly Anomaly[], reasons: readonly Reason[], stats: Value): Result {
  const [first, ...others] = anomalies;
  const [reason, ...more] = reasons;
  const undecided = reason === undefined ? {} : { undecided: reasons };
  if (first !== undefined) return { checker, valid: false, anomalies: [first, ...others], stats, ...undecided };
  if (reason !== undefined) return { checker, valid: 'unknown', reasons: [reason, ...more], stats };
  return { checker, valid: true, stats };
}
