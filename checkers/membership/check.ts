/** One check of growing collections, from history to result: what the checkers `set` and `counter` share. */
import type { Anomaly, Budget, History, Result } from '../../harness/contracts/index.ts';
import { runPhases } from '../columns/run-phases.ts';
import { collectMembership, type MembershipNames } from './collect.ts';
import { type Judgement, judge } from './judge.ts';
import { MembershipReport, type Terms } from './report.ts';
import type { ReadModel } from './sightings.ts';
import { membershipStats, openQuestions } from './statistics.ts';

export interface MembershipCheck {
  readonly checker: string;
  readonly names: MembershipNames;
  readonly model: ReadModel;
  readonly terms: Terms;
}

/**
 * Judges every collection (one per key) of the history. Operations of other kinds make it unknown: they might remove what
 * was added. Throws BudgetExhausted.
 */
export function checkMembership(history: History, check: MembershipCheck, budget: Budget): Result {
  const { checker, names, model, terms } = check;
  const collected = collectMembership(history, names, budget);
  const phases = runPhases(history);
  const judged: Judgement[] = [];
  for (const collection of collected.collections) {
    judged.push(judge(history, collection, phases, model, terms.copies, budget));
    budget.progress(judged.length, collected.collections.length);
  }
  const stats = membershipStats(history, judged, model);
  const anomalies: Anomaly[] = judged.flatMap((one) => new MembershipReport(history, one, names, terms).anomalies(model));
  const [firstReason, ...reasons] = openQuestions(history, judged, collected, names);
  const [first, ...others] = anomalies;
  if (first !== undefined && collected.foreign === 0) {
    return { checker, valid: false, anomalies: [first, ...others], stats, ...(firstReason === undefined ? {} : { undecided: [firstReason, ...reasons] }) };
  }
  if (firstReason !== undefined) return { checker, valid: 'unknown', reasons: [firstReason, ...reasons], stats };
  return { checker, valid: true, stats };
}
