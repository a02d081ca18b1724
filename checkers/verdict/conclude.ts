/** What a check comes to: convicted by its anomalies, else open for its reasons, else valid. */
import type { Anomaly, Reason, Result, Value } from '../../harness/contracts/index.ts';

/** Reasons that a conviction does not cover stay with it as what is undecided; `notes` leave a valid verdict valid. */
export function conclude(checker: string, stats: Value, anomalies: readonly Anomaly[], reasons: readonly Reason[], notes: readonly Reason[] = []): Result {
  const [first, ...others] = anomalies;
  const [reason, ...more] = reasons;
  const open = [...reasons, ...notes];
  const undecided = open.length === 0 ? {} : { undecided: open };
  if (first !== undefined) return { checker, valid: false, anomalies: [first, ...others], stats, ...undecided };
  if (reason !== undefined) return { checker, valid: 'unknown', reasons: [reason, ...more], stats, ...(notes.length === 0 ? {} : { undecided: notes }) };
  return { checker, valid: true, stats, ...undecided };
}

/** At most so many anomalies of a kind are spelled out; the statistics count all. */
const SPELLED_OUT = 8;

/** Spells out the first few. */
export function spellOut<T>(found: readonly T[], tell: (item: T) => Anomaly): Anomaly[] {
  return found.slice(0, SPELLED_OUT).map(tell);
}
