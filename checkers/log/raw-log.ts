/** The operations on logs as the events have them, read plainly for the verifier of certificates: no columns, nothing shared with the checker. */
import type { Event, History, Value } from '../../harness/contracts/index.ts';

/** Offset and value under a key, as an answer says. */
export interface RawRecord {
  readonly key: string;
  readonly offset: number | null;
  readonly value: Value;
}

export type RawStep =
  | { readonly f: 'send'; readonly sent: RawRecord }
  | { readonly f: 'poll'; readonly got: readonly RawRecord[] }
  | { readonly f: 'rebalance'; readonly keys: readonly string[] };

export interface RawOperation {
  readonly process: number;
  readonly f: string;
  readonly invoke: number;
  /** -1 without one. */
  readonly complete: number;
  readonly outcome: 'ok' | 'fail' | 'info';
  readonly steps: readonly RawStep[];
  /** What `assign` and `subscribe` name. */
  readonly keys: readonly string[];
}

/** A pure function of the history, so it may be remembered: several certificates are verified one after the other. */
const REMEMBERED = new WeakMap<History, readonly RawOperation[]>();

export function rawOperations(history: History): readonly RawOperation[] {
  const known = REMEMBERED.get(history);
  if (known !== undefined) return known;
  const operations: RawOperation[] = [];
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    if (event.type !== 'invoke' || typeof event.process !== 'number') continue;
    const pair = history.columns.pair[i] ?? -1;
    operations.push(operation(event, event.process, pair < 0 ? undefined : history.event(pair)));
  }
  REMEMBERED.set(history, operations);
  return operations;
}

function operation(invoked: Event, process: number, completed: Event | undefined): RawOperation {
  const outcome = completed === undefined || completed.type === 'invoke' ? 'info' : completed.type;
  const common = { process, f: invoked.f, invoke: invoked.index, complete: completed?.index ?? -1, outcome };
  if (!['send', 'poll', 'txn'].includes(invoked.f)) return { ...common, steps: [], keys: Array.isArray(invoked.value) ? invoked.value.map(String) : [] };
  const said = outcome === 'ok' ? completed!.value : invoked.value;
  const items = Array.isArray(said) ? (said as readonly Value[]).filter((item) => Array.isArray(item)) : [];
  return { ...common, steps: items.map((item) => step(item as readonly Value[], outcome === 'ok')), keys: [] };
}

function step([f, second, third]: readonly Value[], acknowledged: boolean): RawStep {
  if (f === 'rebalance') return { f, keys: (second as readonly Value[]).map(String) };
  if (f === 'send') {
    const [offset, value] = acknowledged && Array.isArray(third) ? (third as [number | null, Value]) : [null, third ?? null];
    return { f, sent: { key: String(second), offset, value } };
  }
  const found = acknowledged ? ((second ?? {}) as Readonly<Record<string, readonly [number, Value][]>>) : {};
  const got = Object.entries(found).flatMap(([key, list]) => list.map(([offset, value]) => ({ key, offset, value })));
  return { f: 'poll', got };
}

/** Two records that one consumer got one after the other, without a break; `before` is undefined for the first. */
export interface RawNext {
  readonly before?: { readonly at: number; readonly record: RawRecord };
  readonly after: { readonly at: number; readonly record: RawRecord };
}

/** Everything that a process got of the key, in its order, cut where its position may have changed. */
export function nextRecords(operations: readonly RawOperation[], process: number, key: string, rebalances: 'any-time' | 'recorded'): RawNext[] {
  const next: RawNext[] = [];
  let before: RawNext['before'];
  let subscribed = false;
  for (const each of operations) {
    if (each.process !== process) continue;
    if (each.f === 'assign' || each.f === 'subscribe') {
      before = undefined;
      subscribed = each.f === 'subscribe';
    }
    let first = true;
    for (const item of each.steps) {
      if (item.f === 'rebalance' && item.keys.includes(key)) before = undefined;
      if (item.f !== 'poll') continue;
      if (subscribed && rebalances === 'any-time' && (first || each.f !== 'txn')) before = undefined;
      first = false;
      for (const record of item.got) {
        if (record.key !== key) continue;
        const after = { at: each.complete, record };
        next.push(before === undefined ? { after } : { before, after });
        before = after;
      }
      if (each.outcome !== 'ok') before = undefined;
    }
  }
  return next;
}
