/** Re-checks what `causal-reverse` and `long-fork` claim of reads and inserts. */
import type { Event, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { type CertificateVerifier, HOLDS, refuted } from '../certificates/verifier.ts';

interface Names {
  readonly add: string;
  readonly read: string;
}

/** O(events). */
const verifyReverse: CertificateVerifier = (history, anomaly) => {
  const data = anomaly.certificate.data as unknown as Names & { missing: number; seen: number; at: number };
  const read = successful(history, data.at, data.read);
  const ack = successful(history, data.missing, data.add);
  const [missing, seen] = [insertAt(history, history.columns.pair[data.missing] ?? -1, data), insertAt(history, data.seen, data)];
  if (anomaly.type !== 'causal-reverse' || read === undefined || ack === undefined || missing === undefined || seen === undefined)
    return refuted('it is not about a read and two inserts');
  if (missing.key !== read.key || seen.key !== read.key) return refuted('they are of different collections');
  if (!(data.missing < data.seen)) return refuted('the one that is missing may have come later');
  return has(read, seen) && !has(read, missing) ? HOLDS : refuted('the read does not show that');
};

/** O(events). */
const verifyFork: CertificateVerifier = (history, anomaly) => {
  const data = anomaly.certificate.data as unknown as Names & { reads: [number, number]; only: [number, number] };
  const [a, b] = data.reads.map((at) => successful(history, at, data.read));
  const [x, y] = data.only.map((at) => insertAt(history, at, data));
  if (anomaly.type !== 'long-fork' || a === undefined || b === undefined || x === undefined || y === undefined)
    return refuted('it is not about two reads and two inserts');
  if ([b, x, y].some(({ key }) => key !== a.key)) return refuted('they are of different collections');
  return has(a, x) && !has(a, y) && has(b, y) && !has(b, x) ? HOLDS : refuted('one read has all that the other has');
};

export const INSERT_VERIFIERS: Readonly<Record<string, CertificateVerifier>> = {
  'inserts/causal-reverse': verifyReverse,
  'inserts/long-fork': verifyFork,
};

function successful(history: History, at: number, f: string): Event | undefined {
  const event = history.event(at);
  return event.type === 'ok' && event.applied !== false && event.f === f && typeof event.process === 'number' ? event : undefined;
}

/** The invocation there, where it alone adds its element. */
function insertAt(history: History, at: number, { add }: Names): Event | undefined {
  const insert = history.event(at);
  if (insert.type !== 'invoke' || insert.f !== add || typeof insert.process !== 'number') return undefined;
  const text = canonicalJson(insert.value);
  for (let i = 0; i < history.length; i++) {
    if (i === at || history.columns.f[i] !== history.columns.f[at] || history.columns.key[i] !== history.columns.key[at]) continue;
    const other = history.event(i);
    if (other.type === 'invoke' && typeof other.process === 'number' && canonicalJson(other.value) === text) return undefined;
  }
  return insert;
}

function has(read: Event, insert: Event): boolean {
  const text = canonicalJson(insert.value);
  return Array.isArray(read.value) && (read.value as readonly Value[]).some((value) => canonicalJson(value) === text);
}
