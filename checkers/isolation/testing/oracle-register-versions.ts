/**
 * The oracle of Adya's levels over registers (Adya 1999): all orders of the writes of each key, for each read all writes that it may
 * have returned, and the dependencies that follow.
 */
import { withSomeUnknown } from './oracle.ts';
import type { SmallTransaction } from './small-history.ts';

/** What an order of versions must not have. */
export type RegisterLevel = 'read-committed' | 'consistent-view' | 'update-serializable';

type Edge = readonly [SmallTransaction, SmallTransaction];

interface Edges {
  /** Of writes, and of reads. */
  readonly dependencies: readonly Edge[];
  readonly anti: readonly Edge[];
}

/** Whether some orders and choices leave no cycle that the level forbids. */
export function committedRegisters(all: readonly SmallTransaction[], level: RegisterLevel): boolean {
  return withSomeUnknown(all, (chosen) => {
    const keys = [...new Set(chosen.flatMap(({ ops }) => ops.map(([, key]) => key)))];
    return someKeys(chosen, keys, { dependencies: [], anti: [] }, level);
  });
}

function someKeys(chosen: readonly SmallTransaction[], keys: readonly string[], edges: Edges, level: RegisterLevel): boolean {
  // More edges do not take a cycle away.
  if (!keeps(chosen, edges, level)) return false;
  const [key, ...others] = keys;
  if (key === undefined) return true;
  const writers = chosen.filter(({ ops }) => ops.some(([f, k]) => f === 'w' && k === key));
  return someOrder(writers, [], (order) => {
    const reads = chosen.flatMap((reader) =>
      reader.outcome === 'ok' ? reader.ops.flatMap(([f, k], at) => (f === 'r' && k === key ? [{ reader, at }] : [])) : [],
    );
    const written = order.slice(1).map((one, i): Edge => [order[i]!, one]);
    return someReads(reads, order, key, { dependencies: [...edges.dependencies, ...written], anti: edges.anti }, (more) =>
      someKeys(chosen, others, more, level),
    );
  });
}

function someOrder(rest: readonly SmallTransaction[], order: readonly SmallTransaction[], fits: (order: readonly SmallTransaction[]) => boolean): boolean {
  if (rest.length === 0) return fits(order);
  return rest.some((next) =>
    someOrder(
      rest.filter((one) => one !== next),
      [...order, next],
      fits,
    ),
  );
}

interface Read {
  readonly reader: SmallTransaction;
  readonly at: number;
}

/** What each read returned: nil, the last write of another one, or an earlier own one, which says nothing. */
function someReads(reads: readonly Read[], order: readonly SmallTransaction[], key: string, edges: Edges, fits: (edges: Edges) => boolean): boolean {
  const [read, ...others] = reads;
  if (read === undefined) return fits(edges);
  const { reader, at } = read;
  const value = reader.ops[at]![2];
  const go = (more: Edges): boolean => someReads(others, order, key, more, fits);
  const missed = (next: SmallTransaction | undefined): readonly Edge[] => (next === undefined || next === reader ? [] : [[reader, next]]);
  if (value === null) return go({ ...edges, anti: [...edges.anti, ...missed(order[0])] });
  if (reader.ops.slice(0, at).some(([f, k, one]) => f === 'w' && k === key && one === value) && go(edges)) return true;
  return order.some((writer, i) => {
    if (writer === reader || writer.ops.findLast(([f, k]) => f === 'w' && k === key)![2] !== value) return false;
    return go({ dependencies: [...edges.dependencies, [writer, reader]], anti: [...edges.anti, ...missed(order[i + 1])] });
  });
}

function keeps(chosen: readonly SmallTransaction[], { dependencies, anti }: Edges, level: RegisterLevel): boolean {
  if (!isAcyclic(chosen, dependencies)) return false;
  if (level === 'read-committed') return true;
  if (level === 'consistent-view') return anti.every((one) => isAcyclic(chosen, [...dependencies, one]));
  const updates = chosen.filter(({ ops }) => ops.some(([f]) => f === 'w'));
  const every = [...dependencies, ...anti];
  return isAcyclic(updates, every) && chosen.every((one) => updates.includes(one) || isAcyclic([...updates, one], every));
}

function isAcyclic(chosen: readonly SmallTransaction[], edges: readonly Edge[]): boolean {
  const rest = new Set(chosen);
  for (;;) {
    const free = [...rest].find((one) => !edges.some(([a, b]) => b === one && a !== one && rest.has(a)));
    if (free === undefined) return rest.size === 0;
    rest.delete(free);
  }
}
