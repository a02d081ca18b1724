/**
 * The oracle: what models mean, decided by trying everything. Only for a handful of transactions; shares nothing with the
 * engines. Serial models try all serial orders, snapshot isolation all orders of starts and commits, single
 * operations all of their orders.
 */
import type { SmallTransaction } from './small-history.ts';

export type TimeOrder = 'none' | 'process' | 'realtime';
export type State = Map<string, readonly number[]>;

/** Some set of unknown transactions that took effect makes it hold. */
export function withSomeUnknown(all: readonly SmallTransaction[], holds: (chosen: readonly SmallTransaction[]) => boolean): boolean {
  const unknown = all.filter(({ outcome }) => outcome === 'info');
  const known = all.filter(({ outcome }) => outcome === 'ok');
  for (let set = 0; set < 1 << unknown.length; set++) if (holds([...known, ...unknown.filter((_, i) => (set >> i) & 1)])) return true;
  return false;
}

/** Whether the first must come before the second. */
export function ordered(a: SmallTransaction, b: SmallTransaction, order: TimeOrder): boolean {
  if (order === 'none' || a === b || a.start > b.start) return false;
  if (order === 'process') return a.process === b.process && a.outcome === 'ok' && a.end < b.start;
  return a.outcome === 'ok' && a.end < b.start;
}

/** Runs a transaction on a state; false where a read does not return what it finds. */
export function runs(transaction: SmallTransaction, state: State): boolean {
  for (const [f, key, value] of transaction.ops) {
    const before = state.get(key) ?? [];
    if (f === 'append') state.set(key, [...before, value]);
    else if (f === 'w') state.set(key, [value]);
    else if (transaction.outcome === 'ok' && !equal(before, value === null ? [] : typeof value === 'number' ? [value] : value)) return false;
  }
  return true;
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

/** Whether some serial order that keeps the order of time explains every read. */
export function serializable(all: readonly SmallTransaction[], order: TimeOrder): boolean {
  return withSomeUnknown(all, (chosen) => extend(chosen, new Set(), new Map(), order));
}

function extend(chosen: readonly SmallTransaction[], done: Set<SmallTransaction>, state: State, order: TimeOrder): boolean {
  if (done.size === chosen.length) return true;
  for (const next of chosen) {
    if (done.has(next) || chosen.some((other) => !done.has(other) && ordered(other, next, order))) continue;
    const after = new Map(state);
    if (!runs(next, after)) continue;
    done.add(next);
    if (extend(chosen, done, after, order)) return true;
    done.delete(next);
  }
  return false;
}

/**
 * Whether some order of starts and commits explains every read: each transaction reads what was committed when it started,
 * and its own writes, and none commits what another one that overlaps it has written (Berenson et al. 1995). With an order of
 * time: started after what came before had committed.
 */
export function snapshotIsolated(all: readonly SmallTransaction[], order: TimeOrder): boolean {
  return withSomeUnknown(all, (chosen) => interleave(chosen, new Map(), new Set(), new Map(), order));
}

interface Snapshot {
  readonly state: State;
  /** Keys committed by others since. */
  readonly taken: Set<string>;
}

function interleave(
  chosen: readonly SmallTransaction[],
  open: Map<SmallTransaction, Snapshot>,
  committed: Set<SmallTransaction>,
  state: State,
  order: TimeOrder,
): boolean {
  if (committed.size === chosen.length) return true;
  for (const [transaction, { state: seen, taken }] of open) {
    const written = new Set(transaction.ops.flatMap(([f, key]) => (f === 'r' ? [] : [key])));
    if ([...written].some((key) => taken.has(key))) continue;
    const after = new Map(state);
    const own = new Map(seen);
    if (!runs(transaction, own)) continue;
    for (const key of written) after.set(key, own.get(key)!);
    const others = new Map(
      [...open].filter(([other]) => other !== transaction).map(([other, one]) => [other, { ...one, taken: new Set([...one.taken, ...written]) }]),
    );
    if (interleave(chosen, others, new Set([...committed, transaction]), after, order)) return true;
  }
  for (const transaction of chosen) {
    if (open.has(transaction) || committed.has(transaction)) continue;
    if (chosen.some((other) => !committed.has(other) && ordered(other, transaction, order))) continue;
    if (!runs(transaction, new Map(state))) continue;
    const started = new Map([...open, [transaction, { state: new Map(state), taken: new Set<string>() }] as const]);
    if (interleave(chosen, started, committed, state, order)) return true;
  }
  return false;
}

/** Whether some order of all operations, one by one, that keeps that of each transaction and the order of time explains every read. */
export function operations(all: readonly SmallTransaction[], order: TimeOrder): boolean {
  return withSomeUnknown(all, (chosen) =>
    step(
      chosen,
      chosen.map(() => 0),
      new Map(),
      order,
      new Set(),
    ),
  );
}

function step(chosen: readonly SmallTransaction[], done: readonly number[], state: State, order: TimeOrder, tried: Set<string>): boolean {
  const finished = (i: number): boolean => done[i] === chosen[i]!.ops.length;
  if (chosen.every((_, i) => finished(i))) return true;
  const here = JSON.stringify([done, [...state].sort()]);
  if (tried.has(here)) return false;
  tried.add(here);
  return chosen.some((next, i) => {
    if (finished(i) || chosen.some((other, j) => !finished(j) && ordered(other, next, order))) return false;
    const after = new Map(state);
    if (!runs({ ...next, ops: [next.ops[done[i]!]!] }, after)) return false;
    return step(
      chosen,
      done.map((one, j) => (i === j ? one + 1 : one)),
      after,
      order,
      tried,
    );
  });
}
