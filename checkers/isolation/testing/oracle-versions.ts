/**
 * The oracle of Adya's levels over lists (Adya 1999): all orders of versions that reads allow, and the dependencies that follow.
 */
import { ordered, type TimeOrder, withSomeUnknown } from './oracle.ts';
import type { SmallTransaction } from './small-history.ts';

/** What an order of versions must not have. */
export type ListLevel = 'read-committed' | 'monotonic-view' | 'consistent-view' | 'update-serializable';

/**
 * Whether some order of all appends that took effect makes every read a beginning of it, without what failed, what is not final
 * and what comes later, and the dependencies have no cycle that the level forbids.
 */
export function committedLists(all: readonly SmallTransaction[], level: ListLevel, order: TimeOrder): boolean {
  return withSomeUnknown(all, (chosen) => {
    const keys = [...new Set(chosen.flatMap(({ ops }) => ops.map(([, key]) => key)))];
    if (!chosen.every((one) => readsAreFinal(one, chosen))) return false;
    return someOrders(chosen, keys, [], level, order);
  });
}

interface Version {
  readonly key: string;
  readonly element: number;
  readonly by: SmallTransaction;
}

function someOrders(
  chosen: readonly SmallTransaction[],
  keys: readonly string[],
  fixed: readonly (readonly Version[])[],
  level: ListLevel,
  order: TimeOrder,
): boolean {
  if (fixed.length === keys.length) return keepsLevel(chosen, fixed, level, order);
  const key = keys[fixed.length]!;
  const versions = chosen.flatMap((by) => by.ops.flatMap(([f, k, element]) => (f === 'append' && k === key ? [{ key, element, by }] : [])));
  const longest = longestRead(chosen, key);
  return extendOrder(versions, [], longest, (one) => readsArePrefixes(chosen, key, one) && someOrders(chosen, keys, [...fixed, one], level, order));
}

/** What the longest acknowledged read of the key shows: any order begins with it. */
function longestRead(chosen: readonly SmallTransaction[], key: string): readonly number[] {
  const reads = chosen.flatMap(({ ops, outcome }) =>
    ops.flatMap(([f, k, result]) => (f === 'r' && k === key && outcome === 'ok' ? [(result ?? []) as readonly number[]] : [])),
  );
  return reads.reduce((a, b) => (b.length > a.length ? b : a), []);
}

/** Tries all orders that begin with what was read. */
function extendOrder(rest: readonly Version[], order: readonly Version[], read: readonly number[], fits: (order: readonly Version[]) => boolean): boolean {
  if (rest.length === 0) return fits(order);
  const must = read[order.length];
  return rest.some((next, i) => {
    if (must !== undefined && next.element !== must) return false;
    return extendOrder(
      rest.filter((_, j) => j !== i),
      [...order, next],
      read,
      fits,
    );
  });
}

function readsArePrefixes(chosen: readonly SmallTransaction[], key: string, versions: readonly Version[]): boolean {
  return chosen.every(
    ({ ops, outcome }) =>
      outcome !== 'ok' ||
      ops.every(([f, k, result]) => f !== 'r' || k !== key || ((result ?? []) as readonly number[]).every((one, i) => versions[i]?.element === one)),
  );
}

/** Reads end in a final append of another one, or in the last own one, and show nothing that the transaction appends later. */
function readsAreFinal(transaction: SmallTransaction, chosen: readonly SmallTransaction[]): boolean {
  if (transaction.outcome !== 'ok') return true;
  return transaction.ops.every(([f, key, result], at) => {
    if (f !== 'r' || result === null) return true;
    const list = result as readonly number[];
    const later = transaction.ops.slice(at).some(([g, k, element]) => g === 'append' && k === key && list.includes(element));
    const writer = chosen.find(({ ops }) => ops.some(([g, k, element]) => g === 'append' && k === key && element === list.at(-1)));
    const final = writer?.ops.findLast(([g, k]) => g === 'append' && k === key)?.[2] === list.at(-1);
    return !later && (list.length === 0 || writer === transaction || final);
  });
}

type Edges = ReadonlyMap<SmallTransaction, ReadonlySet<SmallTransaction>>;

function keepsLevel(chosen: readonly SmallTransaction[], orders: readonly (readonly Version[])[], level: ListLevel, order: TimeOrder): boolean {
  const after = dependencies(chosen, orders);
  for (const a of chosen) for (const b of chosen) if (ordered(a, b, order)) after.get(a)!.add(b);
  if (!acyclic(chosen, after)) return false;
  if (level === 'read-committed') return true;
  const anti = antiDependencies(chosen, orders);
  // Of dependencies without a cycle, one anti-dependency closes one if they lead back.
  if (level === 'monotonic-view') return chosen.every((one) => viewsGoForward(one, chosen, orders, after));
  if (level === 'consistent-view')
    return [...anti].every(([a, missed]) => [...missed].every((b) => acyclic(chosen, joined(after, new Map([[a, new Set([b])]])))));
  const every = joined(after, anti);
  const updates = chosen.filter(({ ops }) => ops.some(([f]) => f === 'append'));
  const readers = chosen.filter((one) => !updates.includes(one));
  return acyclic(updates, every) && readers.every((reader) => acyclic([...updates, reader], every));
}

/** No read misses a write of one on which something depends that the transaction has met no later. */
function viewsGoForward(one: SmallTransaction, chosen: readonly SmallTransaction[], orders: readonly (readonly Version[])[], after: Edges): boolean {
  const met = new Set<SmallTransaction>();
  return one.ops.every(([f, key, value]) => {
    if (one.outcome !== 'ok' && f === 'r') return true;
    const versions = orders.find(([first]) => first?.key === key) ?? [];
    const length = f === 'r' ? ((value ?? []) as readonly number[]).length : versions.findIndex(({ element }) => element === value);
    const from = versions.slice(0, length).findLast(({ by }) => by !== one)?.by;
    if (from !== undefined) for (const cause of causesOf(from, chosen, after)) met.add(cause);
    return f !== 'r' || versions.slice(length).every(({ by }) => by === one || !met.has(by));
  });
}

/** The transaction and all that it depends on. */
function causesOf(one: SmallTransaction, chosen: readonly SmallTransaction[], after: Edges): ReadonlySet<SmallTransaction> {
  const causes = new Set([one]);
  for (const cause of causes) for (const other of chosen) if (after.get(other)!.has(cause)) causes.add(other);
  return causes;
}

/** Writers in the order of versions, and from each to those who read its version. */
function dependencies(chosen: readonly SmallTransaction[], orders: readonly (readonly Version[])[]): Map<SmallTransaction, Set<SmallTransaction>> {
  const after = new Map<SmallTransaction, Set<SmallTransaction>>(chosen.map((one) => [one, new Set()]));
  const edge = (a: SmallTransaction, b: SmallTransaction): void => {
    if (a !== b) after.get(a)!.add(b);
  };
  for (const versions of orders) {
    versions.forEach(({ by }, i) => {
      if (i > 0) edge(versions[i - 1]!.by, by);
    });
    for (const [reader, length] of readsOf(chosen, versions)) if (length > 0) edge(versions[length - 1]!.by, reader);
  }
  return after;
}

/** From each reader to who wrote the next version. */
function antiDependencies(chosen: readonly SmallTransaction[], orders: readonly (readonly Version[])[]): Edges {
  const anti = new Map<SmallTransaction, Set<SmallTransaction>>(chosen.map((one) => [one, new Set()]));
  for (const versions of orders) {
    for (const [reader, length] of readsOf(chosen, versions)) {
      const next = versions[length]?.by;
      if (next !== undefined && next !== reader) anti.get(reader)!.add(next);
    }
  }
  return anti;
}

/** Acknowledged reads of the key of these versions, each with how many it shows. */
function readsOf(chosen: readonly SmallTransaction[], versions: readonly Version[]): [SmallTransaction, number][] {
  return chosen.flatMap((reader) =>
    reader.outcome !== 'ok'
      ? []
      : reader.ops.flatMap(([f, key, result]): [SmallTransaction, number][] =>
          f === 'r' && key === versions[0]?.key ? [[reader, ((result ?? []) as readonly number[]).length]] : [],
        ),
  );
}

function joined(one: Edges, other: Edges): Edges {
  return new Map([...one].map(([a, after]) => [a, new Set([...after, ...(other.get(a) ?? [])])]));
}

function acyclic(chosen: readonly SmallTransaction[], after: Edges): boolean {
  const rest = new Set(chosen);
  for (;;) {
    const free = [...rest].find((one) => ![...rest].some((other) => after.get(other)!.has(one)));
    if (free === undefined) return rest.size === 0;
    rest.delete(free);
  }
}
