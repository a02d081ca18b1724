/** Re-checks what the checker `two-phase-commit` claims: two events, or for a doubt the whole history. */
import type { Event, History, Value } from '../../harness/contracts/index.ts';
import { type CertificateVerifier, HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

interface Claim {
  readonly observer: string;
  readonly transaction: string;
  readonly first: number;
  readonly second: number;
}

/** O(1), `in-doubt` O(events). */
const verify: CertificateVerifier = (history, anomaly) => {
  const data = anomaly.certificate.data as unknown as Claim;
  const [first, second] = [history.event(data.first), history.event(data.second)];
  if (first.key === undefined || first.key !== second.key) return refuted('they are not of one transaction');
  const [a, b] = [saidBy(first, data), saidBy(second, data)];
  const opposed = [a, b].some((said) => said?.decision === 'commit') && [a, b].some((said) => said?.decision === 'abort');
  switch (anomaly.type) {
    case 'disagreement':
      return opposed && a?.participant !== b?.participant ? HOLDS : refuted('they do not disagree');
    case 'changed-decision':
      return opposed && a?.participant === b?.participant ? HOLDS : refuted('it did not change its mind');
    case 'commit-after-no':
      return a?.vote === 'no' && b?.decision === 'commit' ? HOLDS : refuted('it is no commit of what was voted against');
    case 'acknowledged-but-aborted':
      return isEnd(first, data) && first.type === 'ok' && first.applied !== false && b?.decision === 'abort'
        ? HOLDS
        : refuted('it is no abort of what was acknowledged');
    case 'failed-but-visible':
      return isEnd(first, data) && (first.type === 'fail' || first.applied === false) && b?.decision === 'commit'
        ? HOLDS
        : refuted('it is no commit of what was refused');
    default:
      return a?.vote === 'yes' ? verifyDoubt(history, data, first) : refuted('it did not vote yes');
  }
};

export const TWO_PHASE_COMMIT_VERIFIERS: Readonly<Record<string, CertificateVerifier>> = Object.fromEntries(
  ['disagreement', 'changed-decision', 'commit-after-no', 'acknowledged-but-aborted', 'failed-but-visible', 'in-doubt'].map(
    (type): [string, CertificateVerifier] => [
      `two-phase-commit/${type}`,
      (history, anomaly) => (anomaly.type === type ? verify(history, anomaly) : refuted('it certifies another anomaly')),
    ],
  ),
);

function verifyDoubt(history: History, data: Claim, vote: Event): Verification {
  let complete = false;
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    const said = saidBy(event, data);
    if (event.key === vote.key && said?.decision !== undefined && said.participant === saidBy(vote, data)?.participant) return refuted('it has decided');
    if (event.process === `observer:${data.observer}` && event.f === 'complete') complete = true;
    if (event.type === 'invoke' && event.f === data.transaction) complete = false;
  }
  return complete ? HOLDS : refuted('the observer had not seen everything');
}

function saidBy({ process, f, value }: Event, { observer }: Claim): { participant?: Value; vote?: Value; decision?: Value } | undefined {
  if (process !== `observer:${observer}` || (f !== 'vote' && f !== 'decision')) return undefined;
  return value as { participant?: Value; vote?: Value; decision?: Value };
}

function isEnd({ process, f, type }: Event, { transaction }: Claim): boolean {
  return typeof process === 'number' && f === transaction && type !== 'invoke';
}
