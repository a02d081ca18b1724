/** Re-checks that an id was handed out twice, from the two events alone. */
import type { Anomaly, History } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

/** Verifies `unique-ids/duplicate`. */
export function verifyUniqueIdsCertificate(history: History, anomaly: Anomaly): Verification {
  const data = anomaly.certificate.data as { readonly generate: string; readonly earlier: number; readonly later: number };
  const earlier = history.event(data.earlier);
  const later = history.event(data.later);
  if (earlier.index === later.index) return refuted('it is one and the same answer');
  for (const event of [earlier, later]) {
    if (event.type !== 'ok' || event.f !== data.generate || typeof event.process !== 'number') return refuted('an answer was not acknowledged');
    if (event.value === null) return refuted('an answer carries no id');
  }
  return canonicalJson(earlier.value) === canonicalJson(later.value) ? HOLDS : refuted('the ids differ');
}
