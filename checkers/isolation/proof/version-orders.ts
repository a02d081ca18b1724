/** Tries all orders of versions: is there one with which nobody who missed a write comes behind it, or with which all read prefixes of one order of commits? */

/** A transaction among those that are said to have no order. */
export interface Part {
  readonly event: number;
  /** First reads by key: the place here of the writer whose value was read, -1 for nil. */
  readonly reads: ReadonlyMap<string, number>;
  readonly writes: ReadonlySet<string>;
  /** Places of those that come before. */
  readonly after: readonly number[];
}

export class TooManyOrders extends Error {}

/** Choices of an order of two writers; beyond it nothing is confirmed. */
const MOST_TRIED = 5000;

type Pair = readonly [one: number, other: number, key: string];

/** `tried`: counts the choices. Throws TooManyOrders. */
export function hasOrderOfVersions(parts: readonly Part[], type: 'no-parallel-order' | 'no-prefix-order', tried: Set<string>): boolean {
  const pairs: Pair[] = [];
  for (const [one, { writes }] of parts.entries()) {
    for (const key of writes) for (let other = one + 1; other < parts.length; other++) if (parts[other]!.writes.has(key)) pairs.push([one, other, key]);
  }
  const fits = type === 'no-parallel-order' ? fitsParallel : fitsPrefix;
  return someOrder(pairs, [], (decided) => fits(parts, decided), tried);
}

function someOrder(rest: readonly Pair[], decided: readonly Pair[], fits: (decided: readonly Pair[]) => boolean, tried: Set<string>): boolean {
  if (!fits(decided)) return false;
  const [pair, ...others] = rest;
  if (pair === undefined) return true;
  const [one, other, key] = pair;
  return [[one, other] as const, [other, one] as const].some(([first, second]) => {
    tried.add(`${tried.size}`);
    if (tried.size > MOST_TRIED) throw new TooManyOrders();
    return someOrder(others, [...decided, [first, second, key]], fits, tried);
  });
}

/** Of versions of a key, those that come behind the one that was read. */
function laterThan(parts: readonly Part[], decided: readonly Pair[], key: string, writer: number): readonly number[] {
  if (writer === -1) return parts.flatMap(({ writes }, i) => (writes.has(key) ? [i] : []));
  return decided.flatMap(([a, b, k]) => (a === writer && k === key ? [b] : []));
}

/** No cycle, and nobody depends on a write that it missed. */
function fitsParallel(parts: readonly Part[], decided: readonly Pair[]): boolean {
  const before = parts.map(({ reads }, reader) => new Set([...reads.values()].filter((writer) => writer >= 0 && writer !== reader)));
  for (const [first, second] of decided) before[second]!.add(first);
  const causes = parts.map((_, i) => causesOf(i, before));
  return parts.every(({ reads }, reader) => {
    if (causes[reader]!.has(reader)) return false;
    return [...reads].every(([key, writer]) => laterThan(parts, decided, key, writer).every((one) => one === reader || !causes[reader]!.has(one)));
  });
}

/** Start 2t of each and its commit 2t + 1: nothing comes before itself. */
function fitsPrefix(parts: readonly Part[], decided: readonly Pair[]): boolean {
  const before = parts.flatMap((_, t) => [new Set<number>(), new Set([2 * t])]);
  for (const [first, second] of decided) before[2 * second + 1]!.add(2 * first + 1);
  for (const [reader, { reads }] of parts.entries()) {
    for (const [key, writer] of reads) {
      if (writer >= 0 && writer !== reader) before[2 * reader]!.add(2 * writer + 1);
      for (const one of laterThan(parts, decided, key, writer)) if (one !== reader) before[2 * one + 1]!.add(2 * reader);
    }
  }
  return before.every((_, point) => !causesOf(point, before).has(point));
}

function causesOf(one: number, before: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  const causes = new Set(before[one]);
  for (const cause of causes) for (const other of before[cause]!) causes.add(other);
  return causes;
}
