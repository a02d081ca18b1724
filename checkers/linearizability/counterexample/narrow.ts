/** Small parts of a key's operations: so that explaining a conviction costs what the conviction is about, not what the history is long. */
import { DIFFERS, type OperationClasses } from '../problem/operation-classes.ts';
import type { KeyOperations } from '../problem/prepare.ts';
import { isObserver, LEFT_OUT, type SubHistory } from './sub-history.ts';

/** With more makers than this the story is not told from the beginning. */
const MOST_MAKERS = 48;

/** Some of a key's operations, ascending, as a key of their own. */
export interface Narrowed {
  readonly operations: KeyOperations;
  /** The position of each in the whole. */
  readonly origin: Int32Array;
}

export function narrowed(operations: KeyOperations, origin: Int32Array): Narrowed {
  const of = (column: Int32Array): Int32Array => origin.map((op) => column[op]!);
  const { key, call, ret, cls, failed } = operations;
  return { origin, operations: { key, failed, count: origin.length, call: of(call), ret: of(ret), cls: of(cls) } };
}

/** A sub-history of a narrowed key as one of the whole key. */
export function widened(sub: SubHistory, { origin }: Narrowed, operations: KeyOperations): SubHistory {
  const part = new Uint8Array(operations.count);
  for (let i = 0; i < origin.length; i++) part[origin[i]!] = sub.part[i]!;
  return { ...sub, part };
}

/**
 * The operations and those that may have made, by the event `until`, what they ask for, and what these ask for, and so on.
 * Undefined where these are many, or where one was refused: beside that every update counts. Registers, and models whose
 * products are `lasting`.
 */
export function withMakers(operations: KeyOperations, classes: OperationClasses, core: Iterable<number>, until: number): Int32Array | undefined {
  if (!classes.model.asRegister) return withProducers(operations, classes, new Set(core), until);
  const { call, cls } = operations;
  const kept = new Set(core);
  const asked = new Set<number>();
  for (let before = -1; before !== kept.size; ) {
    before = kept.size;
    for (const op of kept) {
      if (classes.kind(cls[op]!) === DIFFERS) return undefined;
      asked.add(classes.from(cls[op]!));
    }
    for (let op = 0; op < operations.count && call[op]! < until; op++) {
      if (asked.has(classes.to(cls[op]!)) && !isObserver(operations, classes, op)) kept.add(op);
    }
    if (kept.size > MOST_MAKERS) return undefined;
  }
  return Int32Array.from(kept).sort();
}

/** Models whose products last: the operations and all updates whose product one of them shows. */
function withProducers({ count, call, cls }: KeyOperations, classes: OperationClasses, kept: Set<number>, until: number): Int32Array | undefined {
  const { model } = classes;
  const looked = [...kept].map((op) => classes.operation(cls[op]!));
  for (let op = 0; op < count && call[op]! < until; op++) {
    if (isObserver({ cls }, classes, op)) continue;
    const produced = model.produces?.(classes.operation(cls[op]!));
    if (produced === undefined || looked.some((other) => model.shows?.(other, produced))) kept.add(op);
  }
  // beside a condition every update counts
  const isConditional = (op: number): boolean => model.conditional?.includes(classes.operation(cls[op]!).f) ?? false;
  return kept.size > MOST_MAKERS || [...kept].some(isConditional) ? undefined : Int32Array.from(kept).sort();
}

/** What was under way at the event `from` or called after it, and by `until`. */
export function between(operations: KeyOperations, from: number, until: number): Int32Array {
  const { count, call, ret } = operations;
  const within = (op: number): boolean => ret[op]! >= from;
  let size = 0;
  let end = 0;
  for (; end < count && call[end]! < until; end++) if (within(end)) size++;
  const list = new Int32Array(size);
  size = 0;
  for (let op = 0; op < end; op++) if (within(op)) list[size++] = op;
  return list;
}

/** The operations that take part. */
export function partaking({ part }: SubHistory): number[] {
  const list: number[] = [];
  for (let op = 0; op < part.length; op++) if (part[op] !== LEFT_OUT) list.push(op);
  return list;
}
