/** Re-checks what `side-effects` reports, event by event, without the checker's tables. */
import type { Anomaly, Event, History } from '../../harness/contracts/index.ts';
import { HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

interface Data {
  /** The names of the operations that state intents. */
  readonly requests: readonly string[];
  readonly invoked: number;
  readonly first: number;
  readonly second: number;
  readonly effect: number;
}

/** Verifies the four kinds `side-effects/…`. O(events). */
export function verifySideEffectsCertificate(history: History, anomaly: Anomaly): Verification {
  const data = anomaly.certificate.data as unknown as Data;
  if (anomaly.type === 'effect-without-intent') {
    const effect = history.event(data.effect);
    if (!isEffect(effect)) return refuted('it is no effect');
    const statedBefore = someEvent(history, (event) => event.index < effect.index && states(event, data.requests) && event.key === effect.key);
    return statedBefore ? refuted('the intent had been stated') : HOLDS;
  }
  const invoked = history.event(data.invoked);
  if (!states(invoked, data.requests) || invoked.key === undefined) return refuted('it states no intent');
  if (someEvent(history, (event) => event.index !== invoked.index && states(event, data.requests) && event.key === invoked.key))
    return refuted('the intent was stated more than once');
  const belongs = (index: number): boolean => isEffect(history.event(index)) && history.event(index).key === invoked.key;
  const pair = history.columns.pair[data.invoked] ?? -1;
  const outcome = pair < 0 ? undefined : history.event(pair);
  switch (anomaly.type) {
    case 'duplicate-effect':
      return data.first !== data.second && belongs(data.first) && belongs(data.second) ? HOLDS : refuted('there are no two effects of it');
    case 'failed-but-visible':
      if (outcome === undefined || !(outcome.type === 'fail' || (outcome.type === 'ok' && outcome.applied === false))) return refuted('it was not refused');
      return belongs(data.effect) ? HOLDS : refuted('the effect is not its own');
    case 'lost-effect':
      return verifyLost(history, invoked, outcome);
    default:
      return refuted(`there is no such anomaly as ${anomaly.type}`);
  }
}

function verifyLost(history: History, invoked: Event, outcome: Event | undefined): Verification {
  if (outcome?.type !== 'ok' || outcome.applied === false) return refuted('it was not acknowledged');
  if (someEvent(history, (event) => isEffect(event) && event.key === invoked.key)) return refuted('it has an effect');
  const readToTheEnd = someEvent(history, (event) => event.index > invoked.index && event.process === 'observer:ledger' && event.f === 'complete');
  return readToTheEnd ? HOLDS : refuted('the ledger was not read to its end');
}

function isEffect({ process, f }: Event): boolean {
  return process === 'observer:ledger' && f === 'effect';
}

function states({ process, type, f }: Event, requests: readonly string[]): boolean {
  return typeof process === 'number' && type === 'invoke' && requests.includes(f);
}

/** Whether there is an event that `matches`. */
function someEvent(history: History, matches: (event: Event) => boolean): boolean {
  for (let i = 0; i < history.length; i++) if (matches(history.event(i))) return true;
  return false;
}
