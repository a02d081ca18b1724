/** Who re-checks which kind of certificate. A kind without a verifier never holds, so its anomaly is never reported. */
import type { Anomaly, History } from '../../harness/contracts/index.ts';
import { messageOf } from '../../harness/errors/ordeal-error.ts';
import { verifyAvailabilityCertificate } from '../availability/certificate.ts';
import { BANK_VERIFIERS } from '../bank/certificate.ts';
import { CAPACITY_VERIFIERS } from '../capacity/certificate.ts';
import { CONVERGENCE_VERIFIERS } from '../convergence/certificate.ts';
import { verifyCounterBoundsCertificate } from '../counter/certificate.ts';
import { verifyErrorBoundCertificate } from '../error-bound/certificate.ts';
import { IDEMPOTENCY_KEY_VERIFIERS } from '../idempotency-key/certificate.ts';
import { INSERT_VERIFIERS } from '../inserts/certificate.ts';
import { CYCLE } from '../isolation/findings/describe-cycle.ts';
import { PREDICATE_CYCLE } from '../isolation/predicates/evidence.ts';
import { verifyCycle } from '../isolation/proof/verify-cycle.ts';
import { FINDING_VERIFIERS } from '../isolation/proof/verify-finding.ts';
import { verifyNoOrder } from '../isolation/proof/verify-no-order.ts';
import { verifyOperationCycle } from '../isolation/proof/verify-operation-cycle.ts';
import { verifyPointCycle } from '../isolation/proof/verify-point-cycle.ts';
import { verifyPredicateCycle } from '../isolation/proof/verify-predicate-cycle.ts';
import { verifyProcessView } from '../isolation/proof/verify-process-view.ts';
import { verifyVisibilityCycle } from '../isolation/proof/verify-visibility-cycle.ts';
import { PROCESS_VIEW } from '../isolation/register/process-views.ts';
import { OPERATION_CYCLE } from '../isolation/weak/operation-order.ts';
import { POINT_CYCLE } from '../isolation/weak/points.ts';
import { VISIBILITY_CYCLE } from '../isolation/weak/register-visibility.ts';
import { OUTSIDE_COUNT, SUB_HISTORY } from '../linearizability/counterexample/finding.ts';
import { verifyOutsideCount } from '../linearizability/proof/verify-outside-count.ts';
import { NOT_SEQUENTIAL, verifySequential } from '../linearizability/proof/verify-sequential.ts';
import { verifySubHistory } from '../linearizability/proof/verify-sub-history.ts';
import { verifyLockCertificate } from '../lock/certificate.ts';
import { LOCK_ANOMALIES } from '../lock/lock.ts';
import { verifyLogCertificate } from '../log/certificate.ts';
import { LOG_ANOMALIES } from '../log/findings.ts';
import { LOST_UPDATE_VERIFIERS } from '../lost-update/certificate.ts';
import { verifyMembershipCertificate } from '../membership/certificate.ts';
import { verifyQueueCertificate } from '../queue/certificate.ts';
import { verifyRateCertificate } from '../rate/certificate.ts';
import { RECOVERY_VERIFIERS } from '../recovery/certificate.ts';
import { REGISTER_VERSION_VERIFIERS } from '../register-versions/certificate.ts';
import { REGULAR_VERIFIERS } from '../regular/certificate.ts';
import { SAGA_VERIFIERS } from '../saga/certificate.ts';
import { verifySideEffectsCertificate } from '../side-effects/certificate.ts';
import { STATE_MACHINE_VERIFIERS } from '../state-machine/certificate.ts';
import { verifyTtlCertificate } from '../ttl/certificate.ts';
import { TTL_ANOMALIES } from '../ttl/ttl.ts';
import { TWO_PHASE_COMMIT_VERIFIERS } from '../two-phase-commit/certificate.ts';
import { verifyUniqueIdsCertificate } from '../unique-ids/certificate.ts';
import { verifyWatchCertificate } from '../watch/certificate.ts';
import { WATCH_ANOMALIES } from '../watch/judge.ts';
import { type CertificateVerifier, refuted, type Verification } from './verifier.ts';

export const VERIFIERS: Readonly<Record<string, CertificateVerifier>> = {
  [SUB_HISTORY]: verifySubHistory,
  [OUTSIDE_COUNT]: verifyOutsideCount,
  [NOT_SEQUENTIAL]: verifySequential,
  'availability/bound': verifyAvailabilityCertificate,
  'counter/outside-bounds': verifyCounterBoundsCertificate,
  'unique-ids/duplicate': verifyUniqueIdsCertificate,
  'side-effects/duplicate-effect': verifySideEffectsCertificate,
  'side-effects/lost-effect': verifySideEffectsCertificate,
  'side-effects/failed-but-visible': verifySideEffectsCertificate,
  'side-effects/effect-without-intent': verifySideEffectsCertificate,
  'error-bound/outside-bound': verifyErrorBoundCertificate,
  'rate/too-many': verifyRateCertificate,
  'queue/lost': verifyQueueCertificate,
  'queue/lost-some': verifyQueueCertificate,
  'queue/dead-lettered': verifyQueueCertificate,
  'queue/duplicate': verifyQueueCertificate,
  'queue/failed-but-visible': verifyQueueCertificate,
  'queue/unexpected': verifyQueueCertificate,
  'queue/early-redelivery': verifyQueueCertificate,
  'queue/reordered': verifyQueueCertificate,
  'membership/lost': verifyMembershipCertificate,
  'membership/divergent': verifyMembershipCertificate,
  'membership/missed': verifyMembershipCertificate,
  'membership/copies': verifyMembershipCertificate,
  'membership/unexpected': verifyMembershipCertificate,
  'membership/failed-but-visible': verifyMembershipCertificate,
  'membership/incomparable': verifyMembershipCertificate,
  ...each('lock', LOCK_ANOMALIES, verifyLockCertificate),
  ...each('log', Object.keys(LOG_ANOMALIES), verifyLogCertificate),
  ...each('ttl', TTL_ANOMALIES, verifyTtlCertificate),
  ...each('watch', WATCH_ANOMALIES, verifyWatchCertificate),
  [CYCLE]: verifyCycle,
  [PREDICATE_CYCLE]: verifyPredicateCycle,
  'isolation/no-order': verifyNoOrder,
  [OPERATION_CYCLE]: verifyOperationCycle,
  [PROCESS_VIEW]: verifyProcessView,
  [POINT_CYCLE]: verifyPointCycle,
  [VISIBILITY_CYCLE]: verifyVisibilityCycle,
  ...FINDING_VERIFIERS,
  ...BANK_VERIFIERS,
  ...CAPACITY_VERIFIERS,
  ...IDEMPOTENCY_KEY_VERIFIERS,
  ...SAGA_VERIFIERS,
  ...RECOVERY_VERIFIERS,
  ...CONVERGENCE_VERIFIERS,
  ...REGISTER_VERSION_VERIFIERS,
  ...REGULAR_VERIFIERS,
  ...TWO_PHASE_COMMIT_VERIFIERS,
  ...STATE_MACHINE_VERIFIERS,
  ...LOST_UPDATE_VERIFIERS,
  ...INSERT_VERIFIERS,
};

/** One verifier for all kinds of a checker. */
function each(checker: string, types: readonly string[], verifier: CertificateVerifier): Readonly<Record<string, CertificateVerifier>> {
  return Object.fromEntries(types.map((type) => [`${checker}/${type}`, verifier]));
}

/** Re-checks an anomaly. Never throws: an unknown kind, or a verifier that throws, is a certificate that does not hold. */
export function verifyCertificate(history: History, anomaly: Anomaly): Verification {
  const verifier = VERIFIERS[anomaly.certificate.kind];
  if (verifier === undefined) return refuted(`there is no verifier for certificates of kind "${anomaly.certificate.kind}"`);
  if (anomaly.ops.length === 0) return refuted('it names no operation');
  try {
    return verifier(history, anomaly);
  } catch (error) {
    return refuted(messageOf(error));
  }
}
