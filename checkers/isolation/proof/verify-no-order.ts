/**
 * Re-checks that some transactions have no serial order, no order of snapshots and commits, or of versions, that explains their
 * reads: by trying all. Reads of what others wrote are left out, which makes it only easier to find one.
 */
import type { Anomaly, History, Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { HOLDS, refuted, type Verification } from '../../certificates/verifier.ts';
import { RawHistory, same } from './raw-history.ts';
import { hasOrderOfVersions, type Part, TooManyOrders } from './version-orders.ts';

/** States of the search; beyond it nothing is confirmed. */
const MOST_TRIED = 100_000;

/** Verifies `isolation/no-order`. */
export function verifyNoOrder(history: History, anomaly: Anomaly): Verification {
  const { type, transactions } = anomaly.certificate.data as { readonly type: string; readonly transactions: readonly number[] };
  if (type !== anomaly.type) return refuted('it certifies another anomaly');
  const raw = new RawHistory(history);
  const parts = transactions.map((event) => partOf(raw, event, transactions, type));
  if (type === 'no-update-order' && parts.filter(({ writes }) => writes.size === 0).length > 1) return refuted('more than one of them only read');
  const tried = new Set<string>();
  try {
    return hasOrder(parts, type, tried) ? refuted('there is such an order') : HOLDS;
  } catch (error) {
    if (error instanceof TooManyOrders) return refuted(`${transactions.length} transactions have too many orders to try`);
    throw error;
  }
}

/** Whether the state is new; throws where too many were. */
function isNew(tried: Set<string>, state: string): boolean {
  if (tried.has(state)) return false;
  if (tried.size >= MOST_TRIED) throw new TooManyOrders();
  tried.add(state);
  return true;
}

function hasOrder(parts: readonly Part[], type: string, tried: Set<string>): boolean {
  if (type === 'no-parallel-order' || type === 'no-prefix-order') return hasOrderOfVersions(parts, type, tried);
  if (type.startsWith('no-serial-order') || type === 'no-update-order') return serialOrder(parts, [], new Map(), tried);
  return snapshotOrder(parts, initialState(), tried);
}

function partOf(raw: RawHistory, event: number, all: readonly number[], type: string): Part {
  const reads = new Map<string, number>();
  const seen = new Set<string>();
  for (const [f, key, value] of raw.ops(event)) {
    const name = canonicalJson(key);
    if (f === 'r' && !seen.has(name) && raw.outcome(event) === 'ok') {
      const writer = writerOf(raw, key, value ?? null, all);
      if (writer !== undefined) reads.set(name, writer);
    }
    seen.add(name);
  }
  if (raw.outcome(event) === 'fail') throw new Error(`the transaction at event ${event} failed`);
  if (raw.outcome(event) === 'info' && !raw.ops(event).some(([f, key, value]) => f === 'w' && observed(raw, key, value ?? null))) {
    throw new Error(`nothing shows that the transaction at event ${event} took effect`);
  }
  const before = (other: number): boolean =>
    other !== event &&
    raw.outcome(other) === 'ok' &&
    raw.interval(other).end < raw.interval(event).start &&
    (type.endsWith('-realtime') || raw.event(other).process === raw.event(event).process);
  const ordered = type.endsWith('-realtime') || type.endsWith('-process');
  return {
    event,
    reads,
    writes: new Set(raw.ops(event).flatMap(([f, key]) => (f === 'w' ? [canonicalJson(key)] : []))),
    after: ordered ? all.flatMap((other, i) => (before(other) ? [i] : [])) : [],
  };
}

function observed(raw: RawHistory, key: Value, value: Value): boolean {
  return raw.writers(key, value).filter((one) => raw.outcome(one) !== 'fail').length === 1 && raw.observers(key, value).length > 0;
}

/** The place of the only transaction that may have written the value, if it is one of these and does not overwrite it itself. */
function writerOf(raw: RawHistory, key: Value, value: Value, all: readonly number[]): number | undefined {
  const writers = raw.writers(key, value).filter((one) => raw.outcome(one) !== 'fail');
  if (value === null) return writers.length === 0 ? -1 : undefined;
  if (writers.length !== 1) return undefined;
  const last = raw.ops(writers[0]!).findLast(([f, k]) => f === 'w' && same(k, key));
  const place = all.findIndex((event) => raw.sameTransaction(event, writers[0]!));
  return place >= 0 && same(last?.[2], value) ? place : undefined;
}

function explained(part: Part, last: ReadonlyMap<string, number>): boolean {
  return [...part.reads].every(([key, writer]) => (last.get(key) ?? -1) === writer);
}

function serialOrder(parts: readonly Part[], done: readonly number[], last: ReadonlyMap<string, number>, tried: Set<string>): boolean {
  if (done.length === parts.length) return true;
  const state = canonicalJson([[...done].sort((a, b) => a - b), [...last].sort().flat()]);
  if (!isNew(tried, state)) return false;
  const can = (part: Part, i: number): boolean => !done.includes(i) && part.after.every((one) => done.includes(one)) && explained(part, last);
  // One that only reads and can come now need not come later: it changes nothing for the others.
  const reader = parts.findIndex((part, i) => part.writes.size === 0 && can(part, i));
  if (reader >= 0) return serialOrder(parts, [...done, reader], last, tried);
  return parts.some((part, i) => {
    if (!can(part, i)) return false;
    return serialOrder(parts, [...done, i], new Map([...last, ...[...part.writes].map((key): [string, number] => [key, i])]), tried);
  });
}

interface SnapshotState {
  readonly committed: readonly number[];
  /** Open ones, with the keys that others have committed since they started. */
  readonly open: readonly { readonly place: number; readonly taken: readonly string[] }[];
  readonly last: ReadonlyMap<string, number>;
}

function initialState(): SnapshotState {
  return { committed: [], open: [], last: new Map() };
}

function snapshotOrder(parts: readonly Part[], { committed, open, last }: SnapshotState, tried: Set<string>): boolean {
  if (committed.length === parts.length) return true;
  const state = canonicalJson([
    [...committed].sort((a, b) => a - b),
    [...open].sort((a, b) => a.place - b.place).map(({ place, taken }) => [place, [...taken].sort()]),
    [...last].sort().flat(),
  ]);
  if (!isNew(tried, state)) return false;
  const isFree = (place: number): boolean => !(committed.includes(place) || open.some((one) => one.place === place));
  const canStart = (part: Part, place: number): boolean => isFree(place) && part.after.every((one) => committed.includes(one)) && explained(part, last);
  const reader = parts.findIndex((part, place) => part.writes.size === 0 && canStart(part, place));
  if (reader >= 0) return snapshotOrder(parts, { committed: [...committed, reader], open, last }, tried);
  for (const { place, taken } of open) {
    const { writes } = parts[place]!;
    if (taken.some((key) => writes.has(key))) continue;
    const others = open.filter((one) => one.place !== place).map((one) => ({ place: one.place, taken: [...new Set([...one.taken, ...writes])] }));
    const next = new Map([...last, ...[...writes].map((key): [string, number] => [key, place])]);
    if (snapshotOrder(parts, { committed: [...committed, place], open: others, last: next }, tried)) return true;
  }
  return parts.some((part, place) => {
    if (!canStart(part, place)) return false;
    return snapshotOrder(parts, { committed, open: [...open, { place, taken: [] }], last }, tried);
  });
}
