/** What re-checking a certificate gives. Verifiers are dumb on purpose: they share no code with the checkers they re-check. */
import type { Anomaly, History } from '../../harness/contracts/index.ts';

export interface Verification {
  readonly ok: boolean;
  /** Why not, in words; empty when it holds. */
  readonly why: string;
}

/** Looks at the history alone. May throw: that is a certificate that does not hold. */
export type CertificateVerifier = (history: History, anomaly: Anomaly) => Verification;

export const HOLDS: Verification = { ok: true, why: '' };

export function refuted(why: string): Verification {
  return { ok: false, why };
}
