/**
 * The operations on a lock as holds: from when an owner takes it to when it gives it back. O(n).
 *
 * An owner does one thing after the other, and nobody else can have the lock in between: so each of its operations belongs
 * to a known hold. Acquires of unknown outcome that no release follows are left out: whoever did them does nothing more, and
 * without them the others stand as before.
 */
import type { Value } from '../../../harness/contracts/index.ts';
import type { OperationClasses } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import { ValueIds } from '../problem/value-ids.ts';

/** Instants are indices of events; what was so at first is at -1. */
export interface HoldInterval {
  /** The operations of the hold, in turn. */
  readonly ops: readonly number[];
  /** The first of their returns: by then it has begun. */
  readonly firstReturn: number;
  /** The last of their calls: until then it lasts; NEVER where nothing ends it. */
  readonly lastCall: number;
}

export type HoldsFound =
  | { readonly kind: 'holds'; readonly holds: readonly HoldInterval[]; readonly refused: readonly number[] }
  /** An owner that took the lock twice, or gave back what it did not have. */
  | { readonly kind: 'illegal'; readonly core: readonly number[] }
  /** An owner did several things at once. */
  | { readonly kind: 'concurrent' };

/** The holds of a lock that one owner can take `most` times over, and that `initial` has at first. */
export function findHolds(
  operations: KeyOperations,
  classes: OperationClasses,
  most: number,
  initial: { readonly by: Value; readonly times: number },
): HoldsFound {
  const owners = new Map<number, number[]>();
  const ids = new ValueIds();
  const refused: number[] = [];
  for (let op = 0; op < operations.count; op++) {
    const hold = classes.model.hold!(classes.operation(operations.cls[op]!));
    if (hold === undefined) {
      refused.push(op);
      continue;
    }
    const owner = ids.id(hold.by);
    const own = owners.get(owner);
    if (own === undefined) owners.set(owner, [op]);
    else if (operations.ret[own.at(-1)!]! > operations.call[op]!) return { kind: 'concurrent' };
    else own.push(op);
  }
  const holder = initial.times > 0 ? ids.id(initial.by) : -1;
  const holds: HoldInterval[] = [];
  if (holder >= 0 && !owners.has(holder)) holds.push({ ops: [], firstReturn: -1, lastCall: NEVER });
  for (const [owner, ops] of owners) {
    const clash = addHolds(holds, ops, operations, classes, most, owner === holder ? initial.times : 0);
    if (clash !== undefined) return { kind: 'illegal', core: clash };
  }
  return { kind: 'holds', holds, refused };
}

/** Adds the holds of one owner; gives the operations that contradict each other, if any do. */
function addHolds(
  holds: HoldInterval[],
  ops: readonly number[],
  { call, ret, cls }: KeyOperations,
  classes: OperationClasses,
  most: number,
  initially: number,
): number[] | undefined {
  let depth = initially;
  let current: number[] = [];
  let firstReturn = initially > 0 ? -1 : NEVER;
  let lastCall = -1;
  for (const op of ops) {
    const taken = classes.model.hold!(classes.operation(cls[op]!))!.change === 'taken';
    const isKnown = ret[op] !== NEVER;
    if (taken && !isKnown) break;
    if (isKnown && (taken ? depth === most : depth === 0)) return [...current, op];
    if (depth === 0 && !taken) break;
    depth += taken ? 1 : -1;
    current.push(op);
    firstReturn = Math.min(firstReturn, ret[op]!);
    lastCall = call[op]!;
    if (depth > 0) continue;
    holds.push({ ops: current, firstReturn, lastCall });
    current = [];
    firstReturn = NEVER;
  }
  if (depth > 0) holds.push({ ops: current, firstReturn, lastCall: NEVER });
  return undefined;
}
