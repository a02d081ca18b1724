/** Re-checks what the checker `rate` claims: that these grants are too many, and cannot lie in more than so many windows on end. */
import { type CertificateVerifier, HOLDS, refuted } from '../certificates/verifier.ts';

interface Claim {
  readonly limit: number;
  readonly windowMs: number;
  readonly windows: number;
  readonly per: string;
  readonly grant: string;
  readonly acks: readonly number[];
}

const NS_PER_MS = 1_000_000;

/** O(grants named). */
export const verifyRateCertificate: CertificateVerifier = (history, anomaly) => {
  const { limit, windowMs, windows, per, grant, acks } = anomaly.certificate.data as unknown as Claim;
  if (anomaly.type !== 'too-many') return refuted('it certifies another anomaly');
  const grants = [...new Set(acks)].map((ack) => ({ ack: history.event(ack), call: history.event(history.columns.pair[ack] ?? -1) }));
  const [first] = grants;
  for (const { ack } of grants) {
    if (ack.type !== 'ok' || ack.applied === false || ack.f !== grant || typeof ack.process !== 'number') return refuted('it was not granted');
    if (per === 'key' && ack.key !== first!.ack.key) return refuted('they are of different keys');
  }
  if (!(Number.isInteger(windows) && windows >= 1)) return refuted('it names no windows');
  const begun = Math.min(...grants.map(({ call }) => call.time));
  const ended = Math.max(...grants.map(({ ack }) => ack.time));
  if (!(ended - begun < windows * windowMs * NS_PER_MS)) return refuted('they may lie in different windows');
  return grants.length > windows * limit ? HOLDS : refuted(`${grants.length} are not too many`);
};
