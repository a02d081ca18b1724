/** Re-checks what the checker `saga` claims of one saga, counting its effects anew. */
import type { Event, History, Value } from '../../harness/contracts/index.ts';
import { type CertificateVerifier, HOLDS, refuted } from '../certificates/verifier.ts';

interface Claim {
  readonly saga: string;
  readonly invoked: number;
  readonly at: number;
  readonly step: string;
}

/** O(events). */
const verify: CertificateVerifier = (history, anomaly) => {
  const data = anomaly.certificate.data as unknown as Claim;
  const begun = history.event(data.invoked);
  const steps = begun.value as readonly string[];
  const { beginnings, effects, complete } = eventsOf(history, data.saga, begun);
  if (beginnings !== 1 || begun.f !== data.saga) return refuted('it does not begin a saga of its own');
  if (!complete) return refuted('the ledger was not read to its end');
  const times = (step: string): number => effects.reduce((sum, { value }) => sum + timesOf(value, step), 0);
  const completion = history.columns.pair[data.invoked] ?? -1;
  const end = completion < 0 ? undefined : history.event(completion);
  const all = steps.every((step) => times(step) === 1);
  const none = steps.every((step) => times(step) === 0);
  const claims: Readonly<Record<string, boolean>> = {
    'half-done': steps.some((step) => times(step) === 1) && steps.some((step) => times(step) === 0) && steps.every((step) => [0, 1].includes(times(step))),
    'step-repeated': steps.includes(data.step) && times(data.step) > 1,
    'undone-too-often': steps.includes(data.step) && times(data.step) < 0,
    'failed-but-visible': all && (end?.type === 'fail' || end?.applied === false),
    'lost-effect': none && end?.type === 'ok' && end.applied !== false,
    'unexpected-step': effects.some(({ index, value }) => index === data.at && timesOf(value, data.step) !== 0) && !steps.includes(data.step),
  };
  return claims[anomaly.type] === true ? HOLDS : refuted('its effects do not show that');
};

export const SAGA_VERIFIERS: Readonly<Record<string, CertificateVerifier>> = Object.fromEntries(
  ['half-done', 'step-repeated', 'undone-too-often', 'failed-but-visible', 'lost-effect', 'unexpected-step'].map((type): [string, CertificateVerifier] => [
    `saga/${type}`,
    (history, anomaly) => (anomaly.type === type ? verify(history, anomaly) : refuted('it certifies another anomaly')),
  ]),
);

function eventsOf(history: History, saga: string, { key }: Event) {
  const effects: Event[] = [];
  let [beginnings, complete] = [0, false];
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    if (event.process === 'observer:ledger') {
      if (event.f === 'complete') complete = true;
      if (event.f === 'effect' && event.key === key && beginnings > 0) effects.push(event);
    } else if (event.type === 'invoke' && event.f === saga) {
      complete = false;
      if (event.key === key) beginnings++;
    }
  }
  return { beginnings, effects, complete };
}

function timesOf(value: Value, step: string): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 0;
  const { step: done, undo } = value as Readonly<Record<string, Value>>;
  return (done === step ? 1 : 0) - (typeof done !== 'string' && undo === step ? 1 : 0);
}
