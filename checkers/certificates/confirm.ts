/** What stands between a checker and everybody else: its convictions, confirmed. */
import type { Anomaly, History, Reason, Result } from '../../harness/contracts/index.ts';
import { verifyCertificate } from './registry.ts';

/** A conviction stands on the certificates that a second, dumb program confirms; one that stands on none is unknown. */
export function withVerifiedCertificates(history: History, result: Result): Result {
  if (result.valid !== false) return result;
  const refused: Reason[] = [];
  const confirmed = result.anomalies.filter((anomaly: Anomaly) => {
    const verification = verifyCertificate(history, anomaly);
    if (!verification.ok)
      refused.push({
        code: 'certificate-refused',
        message: `"${anomaly.sentence}" was not confirmed by the independent verifier: ${verification.why}`,
        remedy: 'Please report it with the history.',
      });
    return verification.ok;
  });
  const [first, ...rest] = confirmed;
  const undecided = [...(result.undecided ?? []), ...refused];
  if (first) return { ...result, anomalies: [first, ...rest], ...(undecided.length > 0 && { undecided }) };
  const { checker, stats } = result;
  return { checker, stats, valid: 'unknown', reasons: refused as [Reason, ...Reason[]] };
}
