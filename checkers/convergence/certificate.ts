/** Re-checks that nodes diverged: the reads named, and all updates of their object. */
import type { Event, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { type CertificateVerifier, HOLDS, refuted } from '../certificates/verifier.ts';

interface Claim {
  readonly boundMs: number;
  readonly update: string;
  readonly read: string;
  readonly reads: readonly number[];
}

const NS_PER_MS = 1_000_000;

/** O(events). */
const verifyDivergent: CertificateVerifier = (history, anomaly) => {
  const data = anomaly.certificate.data as unknown as Claim;
  const shown = data.reads.map((at) => readAt(history, data, at));
  const [first] = shown;
  if (anomaly.type !== 'divergent' || first === undefined || shown.some((read) => read === undefined || read.end.key !== first.end.key))
    return refuted('they are no reads of one object');
  const reads = shown as Read[];
  let [quiet, unknown] = [-1, 0];
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    const updates = typeof event.process === 'number' && event.f === data.update && event.key === first.end.key;
    if (updates || (event.process === 'nemesis' && event.type === 'info')) quiet = i;
    if (!updates || event.type !== 'invoke') continue;
    const completion = history.columns.pair[i] ?? -1;
    if (completion < 0 || history.event(completion).type === 'info') unknown++;
  }
  const bound = data.boundMs * NS_PER_MS;
  const since = (quiet < 0 ? 0 : history.event(quiet).time) + bound;
  if (reads.some(({ begun }) => begun.index < quiet || begun.time < since)) return refuted('all was not quiet yet');
  if (unknown === 0) return new Set(reads.map(({ state }) => state)).size > 1 ? HOLDS : refuted('they show the same');
  for (const [i, read] of reads.entries()) {
    const before = reads[i - 1];
    if (before === undefined) continue;
    if (before.end.index > read.begun.index || before.end.time + bound > read.begun.time) return refuted('they do not follow one another');
    if (before.state === read.state) return refuted('nothing changed between them');
  }
  return reads.length - 1 > unknown ? HOLDS : refuted('unknown updates may have made all of these changes');
};

/** O(1). */
const verifyOtherState: CertificateVerifier = (history, anomaly) => {
  const data = anomaly.certificate.data as unknown as Claim;
  const [first, second] = data.reads.map((at) => readAt(history, data, at));
  if (anomaly.type !== 'same-updates-other-state' || !first || !second || first.end.key !== second.end.key)
    return refuted('they are no two reads of one object');
  if (first.updates === undefined || first.updates !== second.updates) return refuted('they have not seen the same updates');
  return first.state === second.state ? refuted('they show the same') : HOLDS;
};

export const CONVERGENCE_VERIFIERS: Readonly<Record<string, CertificateVerifier>> = {
  'convergence/divergent': verifyDivergent,
  'convergence/same-updates-other-state': verifyOtherState,
};

interface Read {
  readonly begun: Event;
  readonly end: Event;
  readonly state: string;
  readonly updates: string | undefined;
}

function readAt(history: History, { read }: Claim, at: number): Read | undefined {
  const end = history.event(at);
  const invocation = history.columns.pair[at] ?? -1;
  if (end.type !== 'ok' || end.f !== read || typeof end.process !== 'number' || invocation < 0) return undefined;
  const { state, updates } = (end.value ?? {}) as { readonly state?: Value; readonly updates?: Value };
  const tells = state !== undefined && Array.isArray(updates);
  return {
    begun: history.event(invocation),
    end,
    state: canonicalJson(tells ? state : end.value),
    updates: tells ? (updates as readonly Value[]).map(canonicalJson).sort().join() : undefined,
  };
}
