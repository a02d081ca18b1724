/** Re-checks what `lock` reports, event by event, without the checker's tables. */
import type { Anomaly, Event, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

interface Data {
  readonly update: string;
  readonly read: string;
  readonly initial?: Value;
  readonly first: number;
  readonly second: number;
}

interface Update {
  readonly key: Event['key'];
  readonly begins: number;
  readonly value: { readonly [key: string]: Value };
}

/** Verifies the kinds `lock/…`. O(events). */
export function verifyLockCertificate(history: History, anomaly: Anomaly): Verification {
  const data = anomaly.certificate.data as unknown as Data;
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const observed = events.some((event) => isObserver(event) && event.f === data.update);
  const accepted = (at: number): Update | undefined => acceptedAt(history, events[at], data.update, observed);
  if (anomaly.certificate.kind === 'lock/rolled-back') return verifyRolledBack(history, events, data, accepted);
  const second = accepted(data.second);
  if (second === undefined) return refuted('the later update was not accepted');
  if (anomaly.certificate.kind === 'lock/failed-but-visible') return verifyVisible(history, events, data, second, observed);
  const first = accepted(data.first);
  if (first === undefined || first.key !== second.key || data.first === data.second) return refuted('they are no two accepted updates of one resource');
  if (anomaly.certificate.kind === 'lock/stale-token') {
    const [one, two] = [first.value['token'], second.value['token']];
    if (typeof one !== 'number' || typeof two !== 'number' || two >= one) return refuted('the later token is not lower');
    return second.begins > data.first || (observed && data.second > data.first) ? HOLDS : refuted('the later one may have been accepted first');
  }
  const from = second.value['from'];
  if (!same(from, first.value['from'])) return refuted('they are based on different values');
  const based = events.filter(
    (event) => event.index <= data.second && same(accepted(event.index)?.value['from'], from) && accepted(event.index)?.key === second.key,
  ).length;
  const writes = events.filter((event) => event.key === second.key && mayWrite(history, event, data.update, from)).length + (same(from, data.initial) ? 1 : 0);
  return based > Math.max(1, writes) ? HOLDS : refuted(`the value may have been written ${writes} times`);
}

function verifyRolledBack(history: History, events: readonly Event[], data: Data, accepted: (at: number) => Update | undefined): Verification {
  const shows = events[data.second];
  const begun = events.findLastIndex(({ process, f, value }) => process === 'observer:lifecycle' && f === 'phase' && value === 'final-reads');
  const isFinal = shows?.f === data.read && shows.type === 'ok' && typeof shows.process === 'number' && (history.columns.pair[data.second] ?? -1) > begun;
  if (begun < 0 || !isFinal) return refuted('it is no final read');
  const based = events.filter(({ index }) => index < data.second && accepted(index)?.key === shows.key && same(accepted(index)?.value['from'], shows.value));
  const writes = events.filter((event) => event.key === shows.key && mayWrite(history, event, data.update, shows.value)).length;
  const times = Math.max(1, writes + (same(shows.value, data.initial) ? 1 : 0));
  return based.length >= times && based.some(({ index }) => index === data.first) ? HOLDS : refuted('the value may be there still, or again');
}

function verifyVisible(history: History, events: readonly Event[], data: Data, second: Update, observed: boolean): Verification {
  const shown = second.value[observed ? 'to' : 'from'];
  if (events.some((event) => event.key === second.key && mayWrite(history, event, data.update, shown))) return refuted('another update may have written it');
  const failed = events[data.first];
  const asked = failed !== undefined && isRequest(failed, data.update) && failed.key === second.key && same((failed.value as Update['value'])['to'], shown);
  return asked && data.first < data.second ? HOLDS : refuted('no such update failed before');
}

function acceptedAt(history: History, event: Event | undefined, update: string, observed: boolean): Update | undefined {
  if (event?.f !== update) return undefined;
  if (observed) return isObserver(event) ? { key: event.key, begins: event.index, value: event.value as Update['value'] } : undefined;
  const begins = history.columns.pair[event.index] ?? -1;
  if (event.type !== 'ok' || event.applied === false || typeof event.process !== 'number' || begins < 0) return undefined;
  return { key: event.key, begins, value: history.event(begins).value as Update['value'] };
}

/** Whether the event is a request to write this value that did not fail. */
function mayWrite(history: History, event: Event, update: string, value: Value | undefined): boolean {
  if (value === undefined || !isRequest(event, update) || !same((event.value as Update['value'])['to'], value)) return false;
  const pair = history.columns.pair[event.index] ?? -1;
  const end = pair < 0 ? undefined : history.event(pair);
  return !(end?.type === 'fail' || (end?.type === 'ok' && end.applied === false));
}

function isRequest(event: Event, update: string): boolean {
  return typeof event.process === 'number' && event.type === 'invoke' && event.f === update && typeof event.value === 'object' && event.value !== null;
}

function isObserver({ process }: Event): boolean {
  return typeof process === 'string' && process.startsWith('observer:');
}

function same(a: Value | undefined, b: Value | undefined): boolean {
  return a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b);
}
