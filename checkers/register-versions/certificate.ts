/** Re-checks what `bounded-staleness` and `monotonic` claim of a read, looking for the writes anew. */
import type { Event, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { type CertificateVerifier, HOLDS, refuted } from '../certificates/verifier.ts';

interface Names {
  readonly write: string;
  readonly read: string;
  readonly at: number;
}

interface Written {
  readonly begun: number;
  /** Infinity where it is not acknowledged. */
  readonly ended: number;
  readonly failed: boolean;
}

const NS_PER_MS = 1_000_000;

/** O(events). */
const verifyStaleness: CertificateVerifier = (history, anomaly) => {
  const data = anomaly.certificate.data as unknown as Names & {
    readonly newer: readonly number[];
    readonly versions: number | null;
    readonly maxMs: number | null;
  };
  const read = history.event(data.at);
  const seen = versionRead(history, data, read);
  if (seen === undefined) return refuted('it is no read of a version that is known');
  if (anomaly.type === 'failed-but-visible') return seen.failed ? HOLDS : refuted('the write did not fail');
  const begun = history.event(history.columns.pair[data.at] ?? -1);
  const newer = new Set(data.newer);
  for (const ack of newer) {
    const written = history.event(ack);
    const right =
      written.type === 'ok' && written.applied !== false && written.f === data.write && written.key === read.key && typeof written.process === 'number';
    if (!right || ack > begun.index) return refuted('it was not acknowledged before the read');
    if ((history.columns.pair[ack] ?? -1) < seen.ended) return refuted('it may be older than what was read');
    if (anomaly.type === 'too-old' && !(written.time < begun.time - (data.maxMs ?? Infinity) * NS_PER_MS)) return refuted('it had not been there for so long');
  }
  const enough = anomaly.type === 'too-old' ? 1 : (data.versions ?? Infinity) + 1;
  return newer.size >= enough ? HOLDS : refuted('so many may be missed');
};

/** O(events). */
const verifyMonotonic: CertificateVerifier = (history, anomaly) => {
  const data = anomaly.certificate.data as unknown as Names & { readonly order: string; readonly before: number };
  const [before, read] = [history.event(data.before), history.event(data.at)];
  if (before.process !== read.process || before.key !== read.key || !(data.before < data.at)) return refuted('it is not the same session and register');
  const own = anomaly.type === 'missed-own-write';
  const seen = versionRead(history, data, read);
  const known = own ? acknowledgedWrite(history, data, before) : versionRead(history, data, before);
  if (seen === undefined || known === undefined) return refuted('it is not known what was seen');
  const value = own ? history.event(history.columns.pair[data.before] ?? -1).value : before.value;
  const older = data.order === 'values' ? numberOf(read.value) < numberOf(value) : known.begun > seen.ended;
  return older ? HOLDS : refuted('it may not be older');
};

export const REGISTER_VERSION_VERIFIERS: Readonly<Record<string, CertificateVerifier>> = {
  ...Object.fromEntries(['too-many-versions', 'too-old', 'failed-but-visible'].map((type) => [`bounded-staleness/${type}`, only(type, verifyStaleness)])),
  ...Object.fromEntries(['non-monotonic-read', 'missed-own-write'].map((type) => [`monotonic/${type}`, only(type, verifyMonotonic)])),
};

function only(type: string, verify: CertificateVerifier): CertificateVerifier {
  return (history, anomaly) => (anomaly.type === type ? verify(history, anomaly) : refuted('it certifies another anomaly'));
}

function acknowledgedWrite(history: History, { write }: Names, ack: Event): Written | undefined {
  if (ack.type !== 'ok' || ack.applied === false || ack.f !== write || typeof ack.process !== 'number') return undefined;
  return { begun: history.columns.pair[ack.index] ?? -1, ended: ack.index, failed: false };
}

/** What the read saw: the one write of that value that had begun before it ended, or what was there at first. */
function versionRead(history: History, { write, read: f }: Names, read: Event): Written | undefined {
  if (read.type !== 'ok' || read.f !== f || typeof read.process !== 'number') return undefined;
  const text = canonicalJson(read.value);
  const found: Written[] = [];
  for (let i = 0; i < read.index; i++) {
    const event = history.event(i);
    if (event.type !== 'invoke' || event.f !== write || event.key !== read.key || typeof event.process !== 'number' || canonicalJson(event.value) !== text)
      continue;
    const completion = history.columns.pair[i] ?? -1;
    const end = completion < 0 ? undefined : history.event(completion);
    const failed = end?.type === 'fail' || end?.applied === false;
    found.push({ begun: i, ended: end?.type === 'ok' && !failed ? completion : Infinity, failed });
  }
  if (found.length === 0 && read.value === null) return { begun: -1, ended: -1, failed: false };
  return found.length === 1 ? found[0] : undefined;
}

function numberOf(value: Value): number {
  return typeof value === 'number' ? value : -Infinity;
}
