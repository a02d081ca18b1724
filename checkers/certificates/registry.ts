/** Who re-checks which kind of certificate. A kind without a verifier never holds, so its anomaly is never reported. */
import type { Anomaly, History } from '../../harness/contracts/index.ts';
import { messageOf } from '../../harness/errors/ordeal-error.ts';
import { verifyAvailabilityCertificate } from '../availability/certificate.ts';
import { verifyCounterBoundsCertificate } from '../counter/certificate.ts';
import { CYCLE } from '../isolation/findings/describe-cycle.ts';
import { verifyCycle } from '../isolation/proof/verify-cycle.ts';
import { FINDING_VERIFIERS } from '../isolation/proof/verify-finding.ts';
import { verifyNoOrder } from '../isolation/proof/verify-no-order.ts';
import { verifyOperationCycle } from '../isolation/proof/verify-operation-cycle.ts';
import { verifyPointCycle } from '../isolation/proof/verify-point-cycle.ts';
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
import { verifyMembershipCertificate } from '../membership/certificate.ts';
import { verifySideEffectsCertificate } from '../side-effects/certificate.ts';
import { verifyUniqueIdsCertificate } from '../unique-ids/certificate.ts';
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
  'membership/lost': verifyMembershipCertificate,
  'membership/divergent': verifyMembershipCertificate,
  'membership/missed': verifyMembershipCertificate,
  'membership/copies': verifyMembershipCertificate,
  'membership/unexpected': verifyMembershipCertificate,
  'membership/failed-but-visible': verifyMembershipCertificate,
  'membership/incomparable': verifyMembershipCertificate,
  [CYCLE]: verifyCycle,
  'isolation/no-order': verifyNoOrder,
  [OPERATION_CYCLE]: verifyOperationCycle,
  [PROCESS_VIEW]: verifyProcessView,
  [POINT_CYCLE]: verifyPointCycle,
  [VISIBILITY_CYCLE]: verifyVisibilityCycle,
  ...FINDING_VERIFIERS,
};

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
