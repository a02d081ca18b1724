/** Re-checks what the checker `regular` claims of a read, looking for all writes of its value anew. */
import type { Event, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { type CertificateVerifier, HOLDS, refuted } from '../certificates/verifier.ts';

interface Claim {
  readonly law: { readonly init: Value; readonly write: string; readonly read: string; readonly cas: string };
  readonly before: number;
  readonly at: number;
}

/** A write: from where to where. */
interface Span {
  readonly begun: number;
  /** Infinity where it is not acknowledged. */
  readonly ended: number;
}

/** O(events). */
const verify: CertificateVerifier = (history, anomaly) => {
  const { law, before, at } = anomaly.certificate.data as unknown as Claim;
  const read = readAt(history, law, at);
  if (read === undefined) return refuted('it is no read that succeeded');
  const { writes, refused } = writesOf(history, law, read);
  if (anomaly.type === 'unexpected-value') return writes.length + refused.length === 0 ? HOLDS : refuted('somebody had begun to write it');
  if (anomaly.type === 'failed-but-visible') return writes.length === 0 && refused.length > 0 ? HOLDS : refuted('it may have been written');
  const begun = history.columns.pair[at] ?? -1;
  if (anomaly.type === 'stale-read') {
    const newer = history.event(before);
    const other = history.columns.pair[before] ?? -1;
    const isWrite = newer.f === law.write || newer.f === law.cas;
    if (!isWrite || newer.type !== 'ok' || newer.applied === false || newer.key !== read.key || typeof newer.process !== 'number')
      return refuted('it is no write that was acknowledged');
    if (!(before < begun)) return refuted('that write may have come later');
    return writes.length > 0 && writes.every(({ ended }) => ended < other) ? HOLDS : refuted('a write of its value may have come after that one');
  }
  const opposite = readAt(history, law, before);
  if (opposite === undefined || opposite.key !== read.key) return refuted('it is no read of that register');
  const others = writesOf(history, law, opposite).writes;
  const [mine, theirs] = [writes[0], others[0]];
  if (writes.length !== 1 || others.length !== 1 || mine!.begun < 0 || theirs!.begun < 0 || mine!.begun === theirs!.begun)
    return refuted('it is not known which two writes were seen');
  const contradict = theirs!.ended < begun && mine!.ended < (history.columns.pair[before] ?? -1);
  return contradict ? HOLDS : refuted('one of the reads may have the other write behind its own');
};

export const REGULAR_VERIFIERS: Readonly<Record<string, CertificateVerifier>> = Object.fromEntries(
  ['stale-read', 'failed-but-visible', 'unexpected-value', 'two-orders'].map((type): [string, CertificateVerifier] => [
    `regular/${type}`,
    (history, anomaly) => (anomaly.type === type ? verify(history, anomaly) : refuted('it certifies another anomaly')),
  ]),
);

function readAt(history: History, { read }: Claim['law'], at: number): Event | undefined {
  const event = history.event(at);
  return event.type === 'ok' && event.applied !== false && event.f === read && typeof event.process === 'number' ? event : undefined;
}

/** What may have written the value that was read, begun before the read ended, the initial value as well. */
function writesOf(history: History, { init, write, cas }: Claim['law'], { key, value, index }: Event) {
  const text = canonicalJson(value);
  const writes: Span[] = canonicalJson(init) === text ? [{ begun: -1, ended: -1 }] : [];
  const refused: number[] = [];
  for (let i = 0; i < index; i++) {
    const event = history.event(i);
    if (event.type !== 'invoke' || event.key !== key || typeof event.process !== 'number' || (event.f !== write && event.f !== cas)) continue;
    const set = event.f === cas ? (event.value as readonly Value[])[1]! : event.value;
    if (canonicalJson(set) !== text) continue;
    const completion = history.columns.pair[i] ?? -1;
    const end = completion < 0 ? undefined : history.event(completion);
    if (end?.type === 'fail' || end?.applied === false) refused.push(i);
    else writes.push({ begun: i, ended: end?.type === 'ok' ? completion : Infinity });
  }
  return { writes, refused };
}
