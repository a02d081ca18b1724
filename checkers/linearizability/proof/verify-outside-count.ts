/**
 * Re-checks by adding up that an operation saw, or led to, a count that cannot be. In whatever order things happened: what had
 * returned before counts, what had been called may count, and what was called later or failed does not. O(events).
 */
import type { Anomaly, History } from '../../../harness/contracts/index.ts';
import { HOLDS, refuted, type Verification } from '../../certificates/verifier.ts';
import type { OutsideCountCertificate } from '../counterexample/finding.ts';
import { knownModel } from '../models/known-models.ts';
import type { CountForm } from '../models/model.ts';
import { operationsOnKey, type Recorded } from './verify-sub-history.ts';

/** Verifies certificates of kind `linearizability/outside-count`. */
export function verifyOutsideCount(history: History, anomaly: Anomaly): Verification {
  const claim = anomaly.certificate.data as unknown as OutsideCountCertificate;
  const model = knownModel(claim.model, claim.init);
  const { count } = model;
  if (count === undefined) return refuted(`${claim.model} does not count`);
  const recorded = operationsOnKey(history, model, { ...claim, from: null });
  const failing = recorded.find(({ invoke }) => invoke === claim.failing);
  if (failing?.outcome !== 'ok' || failing.complete !== claim.until) return refuted(`event ${claim.failing} is not the invocation of such an operation`);
  const seen = count.sees(failing.operation);
  const sure = seen === undefined ? failing.complete : failing.invoke;
  let least = model.init as number;
  let most = least;
  for (const op of recorded) {
    if (op.outcome === 'failed' || op.outcome === 'refused' || op.invoke > failing.complete) continue;
    if (!(model.accepts?.(op.operation) ?? true)) continue;
    const change = count.delta(op.operation);
    const certain = op === failing || (op.outcome === 'ok' && op.complete < sure);
    least += certain ? change : Math.min(change, 0);
    most += certain ? change : Math.max(change, 0);
  }
  const isPossible = seen === undefined ? least <= count.most && most >= count.least : seen >= least && seen <= most;
  if (isPossible) return refuted(`the count could be ${least} to ${most}`);
  return anomaly.type === 'failed-but-visible' ? verifyCulprits(recorded, claim, count) : HOLDS;
}

/** That those who are blamed failed, and were called in time to have made what was seen. */
function verifyCulprits(recorded: readonly Recorded[], { culprits, until }: OutsideCountCertificate, { delta }: CountForm): Verification {
  if (culprits.length === 0) return refuted('it blames nobody');
  for (const culprit of culprits) {
    const blamed = recorded.find(({ invoke }) => invoke === culprit);
    if (blamed?.outcome !== 'failed' || culprit > until || delta(blamed.operation) === 0) return refuted(`operation ${culprit} is none that failed by then`);
  }
  return HOLDS;
}
