/** Re-checks what the checker `idempotency-key` claims, event by event. */
import type { Event, History } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { type CertificateVerifier, HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

interface Claim {
  readonly request: string;
  readonly rejection: string;
  readonly rememberedMs: number | null;
  readonly first: number;
  readonly second: number;
}

interface Request {
  readonly asked: Event;
  readonly end: Event | undefined;
}

const NS_PER_MS = 1_000_000;

/** O(events). */
const verify: CertificateVerifier = (history, anomaly) => {
  const data = anomaly.certificate.data as unknown as Claim;
  const [first, second] = [history.event(data.first), history.event(data.second)];
  if (first.key === undefined || first.key !== second.key) return refuted('they are not under one key');
  const requests = requestsOf(history, data.request, first.key);
  const requestOf = (event: Event): Request | undefined => requests.find(({ asked, end }) => asked.index === event.index || end?.index === event.index);
  const [a, b] = [requestOf(first), requestOf(second)];
  switch (anomaly.type) {
    case 'duplicate-effect':
      if (!isEffect(first) || !isEffect(second) || first.index === second.index) return refuted('there are no two effects');
      return lasts(requests, data, Math.max(first.time, second.time));
    case 'different-response':
    case 'reused-key-accepted': {
      if (!isAcknowledged(a) || !isAcknowledged(b)) return refuted('they were not both acknowledged');
      const samePayload = canonicalJson(a.asked.value) === canonicalJson(b.asked.value);
      if (samePayload !== (anomaly.type === 'different-response')) return refuted(samePayload ? 'the payload is the same' : 'the payload is another');
      if (samePayload && canonicalJson(first.value) === canonicalJson(second.value)) return refuted('the responses are the same');
      return lasts(requests, data, Math.max(first.time, second.time));
    }
    case 'wrongly-rejected': {
      if (b?.end?.type !== 'fail' || b.end.error?.code !== data.rejection) return refuted('it was not refused for its payload');
      const payload = canonicalJson(b.asked.value);
      const other = requests.some(({ asked }) => asked.index < second.index && canonicalJson(asked.value) !== payload);
      return other ? refuted('another payload had been asked') : HOLDS;
    }
    case 'lost-effect':
      return isAcknowledged(b) ? verifyLost(history, data, first.key) : refuted('it was not acknowledged');
    default: {
      const asking = requests.filter(({ asked }) => canonicalJson(asked.value) === canonicalJson(second.value));
      const refused = asking.length > 0 && asking.every(({ end }) => end?.type === 'fail' || (end?.type === 'ok' && end.applied === false));
      return isEffect(second) && refused ? HOLDS : refuted('it may have been accepted');
    }
  }
};

const TYPES = ['duplicate-effect', 'different-response', 'reused-key-accepted', 'wrongly-rejected', 'failed-but-visible', 'lost-effect'];

export const IDEMPOTENCY_KEY_VERIFIERS: Readonly<Record<string, CertificateVerifier>> = Object.fromEntries(
  TYPES.map((type): [string, CertificateVerifier] => [
    `idempotency-key/${type}`,
    (history, anomaly) => (anomaly.type === type ? verify(history, anomaly) : refuted('it certifies another anomaly')),
  ]),
);

function verifyLost(history: History, { request }: Claim, key: Event['key']): Verification {
  let [complete, effects] = [false, 0];
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    if (isEffect(event) && event.key === key) return refuted('it has an effect');
    if (isEffect(event)) effects++;
    if (event.process === 'observer:ledger' && event.f === 'complete') complete = true;
    if (event.type === 'invoke' && event.f === request) complete = false;
  }
  return complete && effects > 0 ? HOLDS : refuted('the ledger was not read to its end');
}

/** Whether the key was certainly still remembered then. */
function lasts(requests: readonly Request[], { rememberedMs }: Claim, until: number): Verification {
  if (rememberedMs === null) return HOLDS;
  const first = requests.find(({ end }) => end?.type !== 'fail' && end?.applied !== false);
  const remembered = first !== undefined && until <= first.asked.time + rememberedMs * NS_PER_MS;
  return remembered ? HOLDS : refuted('the key may have been forgotten');
}

function requestsOf(history: History, request: string, key: Event['key']): Request[] {
  const found: Request[] = [];
  for (let i = 0; i < history.length; i++) {
    const asked = history.event(i);
    if (asked.type !== 'invoke' || typeof asked.process !== 'number' || asked.f !== request || asked.key !== key) continue;
    const completion = history.columns.pair[i] ?? -1;
    found.push({ asked, end: completion < 0 ? undefined : history.event(completion) });
  }
  return found;
}

function isAcknowledged(request: Request | undefined): request is Request {
  return request?.end?.type === 'ok' && request.end.applied !== false;
}

function isEffect({ process, f }: Event): boolean {
  return process === 'observer:ledger' && f === 'effect';
}
