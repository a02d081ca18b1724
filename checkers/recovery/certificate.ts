/** Re-checks that goodput did not come back in time, or that load was amplified: whole scans, nothing shared. */
import type { Event, History, Value } from '../../harness/contracts/index.ts';
import { type CertificateVerifier, HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

interface Claim {
  readonly share: number;
  readonly windowMs: number;
  readonly withinMs: number;
  readonly healed: number;
  readonly until: number;
}

const NS_PER_MS = 1_000_000;

/** O(events). */
const verifyRecovery: CertificateVerifier = (history, anomaly) => {
  const { share, windowMs, withinMs, healed, until } = anomaly.certificate.data as unknown as Claim;
  const heal = history.event(healed);
  if (heal.process !== 'nemesis' || heal.f !== 'heal' || heal.type !== 'info') return refuted('it is no heal');
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const marks = events.filter(({ process, f }) => process === 'observer:lifecycle' && f === 'phase');
  const end =
    (marks.find(({ value }) => value === 'drain') ?? marks.find(({ value }) => value === 'heal') ?? marks.find(({ value }) => value === 'final-reads'))
      ?.index ?? history.length;
  const faults = events.filter((event) => event.process === 'nemesis' && event.f === 'inject' && event.type === 'info' && bit(event.value));
  const begun = faults.map(({ index }) => history.columns.pair[index] ?? index);
  if (until > end || begun.some((index) => index > healed && index < until)) return refuted('another fault came, or the end');
  const clients = events.filter(({ process, index }) => typeof process === 'number' && index <= end);
  const successes = clients.filter((event) => event.type === 'ok' && (history.columns.pair[event.index] ?? end) < end);
  const first = clients[0];
  const before = Math.min(...begun);
  if (first === undefined || !(before > first.index)) return refuted('there was no time before the first fault');
  const lastsMs = (history.event(before).time - first.time) / NS_PER_MS;
  const baseline = (successes.filter(({ index }) => index < before).length * windowMs) / lastsMs;
  const enough = Math.max(1, Math.ceil(share * baseline));
  const after = successes.filter(({ index }) => index > healed && index < until).map(({ time }) => time);
  const back = after.some((time, i) => i >= enough - 1 && time - after[i - enough + 1]! <= windowMs * NS_PER_MS);
  if (back) return refuted('goodput was back before');
  return history.event(until).time - heal.time > withinMs * NS_PER_MS ? HOLDS : refuted('the bound had not passed');
};

/** O(events). */
const verifyAmplified: CertificateVerifier = (history, anomaly) => {
  const { request, maxAmplification } = anomaly.certificate.data as { readonly request: string; readonly maxAmplification: number | null };
  const count = (matches: (event: Event) => boolean): number => countOf(history, matches);
  const arrivals = count(({ process, f }) => process === 'observer:ledger' && f === 'arrival');
  const requests = count(({ process, type, f }) => typeof process === 'number' && type === 'invoke' && f === request);
  return verdictOf(requests > 0 && maxAmplification !== null && arrivals > maxAmplification * requests);
};

export const RECOVERY_VERIFIERS: Readonly<Record<string, CertificateVerifier>> = {
  'recovery/goodput-collapse': (history, anomaly) =>
    anomaly.type === 'goodput-collapse' ? verifyRecovery(history, anomaly) : refuted('it certifies another anomaly'),
  'recovery/late-recovery': (history, anomaly) =>
    anomaly.type === 'late-recovery' ? verifyRecovery(history, anomaly) : refuted('it certifies another anomaly'),
  'recovery/load-amplified': (history, anomaly) =>
    anomaly.type === 'load-amplified' ? verifyAmplified(history, anomaly) : refuted('it certifies another anomaly'),
};

function verdictOf(holds: boolean): Verification {
  return holds ? HOLDS : refuted('so many are within the bound');
}

function countOf(history: History, matches: (event: Event) => boolean): number {
  let count = 0;
  for (let i = 0; i < history.length; i++) if (matches(history.event(i))) count++;
  return count;
}

/** An injection that changed something. */
function bit(value: Value): boolean {
  const { changes, error } = (value ?? {}) as { readonly changes?: Value; readonly error?: Value };
  return Array.isArray(changes) && changes.length > 0 && error === undefined;
}
