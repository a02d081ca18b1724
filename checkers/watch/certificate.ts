/** Re-checks what `watch` reports, from the events themselves, without the checker's tables. */
import type { Anomaly, Event, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { HOLDS, refuted, type Verification } from '../certificates/verifier.ts';

interface Data {
  readonly order: 'revision' | 'key';
  readonly caughtUpAfter: number;
  readonly watch: string;
  readonly put: string;
  readonly delete: string;
  readonly key: string;
  readonly revision: number;
  /** Canonical JSON. */
  readonly value: string;
  readonly at: number;
  readonly source: number;
  readonly other: number | null;
}

interface Change {
  readonly revision: number;
  readonly key: string;
  readonly value: string;
  readonly at: number;
}

interface RawStream {
  readonly from: number | undefined;
  readonly changes: readonly Change[];
  readonly progress: number;
  /** Its answers. */
  readonly answers: readonly Event[];
}

/** Verifies the kinds `watch/…`. O(events). */
export function verifyWatchCertificate(history: History, anomaly: Anomaly): Verification {
  const data = anomaly.certificate.data as unknown as Data;
  const { key, revision } = data;
  const type = anomaly.certificate.kind.slice('watch/'.length);
  const is = (change: Change) => change.key === key && change.revision === revision;
  const shown = toldBy(history, data, data.at).filter(is);
  if (type === 'conflicting') {
    const others = data.other === null ? [] : toldBy(history, data, data.other).filter(is);
    return shown.some((one) => others.some((two) => one.value !== two.value)) ? HOLDS : refuted('they tell the same');
  }
  if (history.event(data.at).f !== data.watch) return refuted('it is no answer of a stream');
  if (type === 'unexpected' || type === 'failed-but-visible') return shown.length > 0 ? verifyFromNowhere(history, data, type) : refuted('it was not brought');
  const stream = streamOf(history, data);
  if (type === 'duplicated') return shown.length > 0 && stream.changes.filter(is).length > 1 ? HOLDS : refuted('it was brought once');
  const scoped = stream.changes.filter((change) => data.order === 'revision' || change.key === key);
  if (type === 'reordered') {
    const late = scoped.some((change, i) => is(change) && change.at === data.at && scoped.slice(0, i).some((earlier) => earlier.revision > revision));
    return late ? HOLDS : refuted('no later revision came before it');
  }
  if (!toldBy(history, data, data.source).some(is)) return refuted('nobody tells of that change');
  if (stream.changes.some(is)) return refuted('the stream brought it');
  const watched = history.event(data.at).key;
  if (watched !== undefined && String(watched) !== key) return refuted('the stream is of another key');
  const first = scoped[0]?.revision;
  if (stream.from === undefined ? first === undefined || first > revision : stream.from >= revision) return refuted('the stream began after it');
  if (type === 'gap') {
    return stream.progress >= revision || scoped.some((change) => change.revision > revision) ? HOLDS : refuted('the stream has not come past it');
  }
  const last = stream.answers.slice(-data.caughtUpAfter);
  const quiet = quietAt(history, data);
  const brings = (answer: Event) =>
    (answer.value as { readonly events: readonly Value[] }).events.length > 0 || (history.columns.pair[answer.index] ?? -1) <= quiet;
  return last.length === data.caughtUpAfter && !last.some(brings) ? HOLDS : refuted('the stream may bring more');
}

function verifyFromNowhere(history: History, data: Data, type: string): Verification {
  if (!toldBy(history, data, data.source).some(({ key, revision, value }) => key === data.key && revision === data.revision && value === data.value)) {
    return refuted('nobody tells of that value');
  }
  let failedBefore = false;
  for (let i = 0; i < data.at; i++) {
    const event = history.event(i);
    if (event.type !== 'invoke' || (event.f !== data.put && event.f !== data.delete) || String(event.key ?? '') !== data.key) continue;
    if (canonicalJson(event.f === data.delete ? null : event.value) !== data.value) continue;
    const pair = history.columns.pair[i] ?? -1;
    if (pair < 0 || history.event(pair).type !== 'fail') return refuted('it may have been written before');
    if (i === data.other) failedBefore = true;
  }
  if (type === 'failed-but-visible') return failedBefore ? HOLDS : refuted('no such write failed before');
  return HOLDS;
}

/** The changes that an acknowledged write, or an answer of a stream, tells of. */
function toldBy(history: History, data: Data, at: number): Change[] {
  const event = history.event(at);
  if (event.type !== 'ok' || typeof event.process !== 'number') return [];
  if (event.f === data.watch) {
    const { events } = event.value as { readonly events: readonly (readonly [number, string | number, Value])[] };
    return events.map(([revision, key, value]) => ({ revision, key: String(key), value: canonicalJson(value ?? null), at }));
  }
  if (event.f !== data.put && event.f !== data.delete) return [];
  const asked = history.event(history.columns.pair[at] ?? -1);
  const said = event.value as { readonly revision: number } | number;
  const revision = typeof said === 'number' ? said : said.revision;
  return [{ revision, key: String(asked.key ?? ''), value: canonicalJson(asked.f === data.delete ? null : asked.value), at }];
}

/** The stream that the answer `at` belongs to. */
function streamOf(history: History, data: Data): RawStream {
  const { process, key } = history.event(data.at);
  let stream: { from: number | undefined; changes: Change[]; progress: number; answers: Event[] } | undefined;
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    if (event.f !== data.watch || event.process !== process || event.key !== key) continue;
    if (event.type === 'invoke') {
      const from = (event.value as { readonly from?: number } | null)?.from;
      if (stream !== undefined && from === undefined) continue;
      if (stream !== undefined && i > data.at) break;
      stream = { from, changes: [], progress: Number.NEGATIVE_INFINITY, answers: [] };
    } else if (event.type === 'ok' && stream !== undefined) {
      stream.changes.push(...toldBy(history, data, i));
      stream.progress = Math.max(stream.progress, (event.value as { readonly revision?: number }).revision ?? Number.NEGATIVE_INFINITY);
      stream.answers.push(event);
    }
  }
  return stream ?? { from: undefined, changes: [], progress: Number.NEGATIVE_INFINITY, answers: [] };
}

function quietAt(history: History, { put, delete: remove }: Data): number {
  let phases = 0;
  let mark = Number.POSITIVE_INFINITY;
  let quiet = -1;
  for (let i = 0; i < history.length; i++) {
    const { process, type, f, value } = history.event(i);
    if (process === 'observer:lifecycle' && f === 'phase' && ['workload', 'drain', 'heal', 'settle', 'final-reads'].includes(String(value))) {
      phases++;
      if (value === 'final-reads') mark = i;
    }
    if ((process === 'nemesis' && type === 'info') || (typeof process === 'number' && (f === put || f === remove))) quiet = i;
  }
  return phases > 0 ? mark : quiet;
}
