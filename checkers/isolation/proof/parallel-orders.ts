/** Tries all orders of versions: is there one with which nobody who missed a write comes behind it? */

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
export function hasParallelOrder(parts: readonly Part[], tried: Set<string>): boolean {
  const before = parts.map(() => new Set<number>());
  for (const [reader, { reads }] of parts.entries()) for (const writer of reads.values()) if (writer >= 0 && writer !== reader) before[reader]!.add(writer);
  const pairs: Pair[] = [];
  for (const [one, { writes }] of parts.entries()) {
    for (const key of writes) for (let other = one + 1; other < parts.length; other++) if (parts[other]!.writes.has(key)) pairs.push([one, other, key]);
  }
  return someOrder(parts, pairs, [], before, tried);
}

function someOrder(parts: readonly Part[], rest: readonly Pair[], decided: readonly Pair[], before: readonly Set<number>[], tried: Set<string>): boolean {
  if (!fits(parts, decided, before)) return false;
  const [pair, ...others] = rest;
  if (pair === undefined) return true;
  const [one, other, key] = pair;
  return [[one, other] as const, [other, one] as const].some(([first, second]) => {
    tried.add(`${tried.size}`);
    if (tried.size > MOST_TRIED) throw new TooManyOrders();
    const after = before.map((some, i) => (i === second ? new Set([...some, first]) : some));
    return someOrder(parts, others, [...decided, [first, second, key]], after, tried);
  });
}

/** No cycle, and nobody depends on a write that it missed: of a later version, or of any where it read nil. */
function fits(parts: readonly Part[], decided: readonly Pair[], before: readonly Set<number>[]): boolean {
  const causes = parts.map((_, i) => causesOf(i, before));
  return parts.every(({ reads }, reader) => {
    if (causes[reader]!.has(reader)) return false;
    return [...reads].every(([key, writer]) => {
      const later =
        writer === -1 ? parts.flatMap(({ writes }, i) => (writes.has(key) ? [i] : [])) : decided.flatMap(([a, b, k]) => (a === writer && k === key ? [b] : []));
      return later.every((one) => one === reader || !causes[reader]!.has(one));
    });
  });
}

function causesOf(part: number, before: readonly Set<number>[]): ReadonlySet<number> {
  const causes = new Set(before[part]);
  for (const cause of causes) for (const one of before[cause]!) causes.add(one);
  return causes;
}
