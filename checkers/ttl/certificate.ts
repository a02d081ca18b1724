/** Re-checks what `ttl` reports, event by event. */
import type { Anomaly, Event, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

interface Data {
  readonly ttlMs: number;
  readonly epsilonMs: number;
  readonly put: string;
  readonly delete: string;
  readonly write: number;
  readonly read: number;
}

const MS = 1e6;

/** Verifies the kinds `ttl/…`. O(events). */
export function verifyTtlCertificate(history: History, anomaly: Anomaly): Verification {
  const data = anomaly.certificate.data as unknown as Data;
  const read = history.event(data.read);
  const asked = history.event(history.columns.pair[data.read] ?? -1);
  const write = history.event(data.write);
  const end = endOf(history, write);
  if (read.type !== 'ok' || write.type !== 'invoke' || write.f !== data.put || write.key !== read.key) return refuted('they are no write and read of one key');
  const others = writesOf(history, data, read.key).filter((event) => event.index !== write.index && endOf(history, event)?.type !== 'fail');
  if (anomaly.certificate.kind === 'ttl/readable-late') {
    const same = [write, ...others.filter((event) => event.f === data.put && event.index < data.read)].filter(
      (event) => canonicalJson(valueIn(event)) === canonicalJson(read.value),
    );
    const live = same.some((event) => {
      const done = endOf(history, event);
      return done?.type !== 'ok' || done.time + (livesMs(event, data) + data.epsilonMs) * MS >= asked.time;
    });
    return same.length > 0 && !live ? HOLDS : refuted('it may still have been alive');
  }
  if (read.value !== null || end?.type !== 'ok' || end.applied === false || end.index > asked.index) return refuted('it was not written before, or found');
  if (read.time >= write.time + (livesMs(write, data) - data.epsilonMs) * MS) return refuted('it may have expired');
  const between = others.some((event) => {
    const done = endOf(history, event);
    return event.index < data.read && (done?.type !== 'ok' || done.index > write.index);
  });
  return between ? refuted('another write may have come between') : HOLDS;
}

function writesOf(history: History, data: Data, key: Event['key']): Event[] {
  return Array.from({ length: history.length }, (_, i) => history.event(i)).filter(
    (event) => event.type === 'invoke' && event.key === key && (event.f === data.put || event.f === data.delete),
  );
}

function endOf(history: History, event: Event): Event | undefined {
  const pair = history.columns.pair[event.index] ?? -1;
  return pair < 0 ? undefined : history.event(pair);
}

function livesMs({ value }: Event, { ttlMs }: Data): number {
  const said = (value as { readonly ttl?: Value } | null)?.ttl;
  return typeof said === 'number' ? said : ttlMs;
}

function valueIn({ value }: Event): Value {
  const said = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { readonly value?: Value }).value : undefined;
  return said ?? value;
}
