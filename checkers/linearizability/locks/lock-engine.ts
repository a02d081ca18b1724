/**
 * Locks that know their owner: mutexes, reentrant or not, with or without fencing tokens. O(n log n).
 *
 * A hold stands in one piece: hold A must come before B when some operation of A returned before one of B was called. That
 * is a relation like the one of Gibbons & Korach (1997) between the clusters of a register: it has a cycle only where two
 * holds must each come before the other, and sorted right they give an order. Fencing tokens are an order of their own.
 *
 * An operation that was refused saw somebody else's hold. It is put into one where it can be; where it cannot, another order
 * might do better, and this engine does not know.
 */
import type { Value } from '../../../harness/contracts/index.ts';
import { indexFrom } from '../collections/emptiness.ts';
import { illegal, sortedBy, UNSUITABLE } from '../collections/order.ts';
import { ownerOf } from '../models/owner.ts';
import { sameValue } from '../models/same-value.ts';
import type { OperationClasses } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import type { Decision, Engine, Problem } from '../search/engine.ts';
import { showState } from '../search/model-space.ts';
import { findHolds, type HoldInterval } from './holds.ts';

const LOCKS: readonly string[] = ['owner-aware-mutex', 'reentrant-mutex', 'fenced-mutex'];

export const lockEngine: Engine = {
  name: 'lock-holds',
  decide(problem: Problem): Decision {
    const { operations, classes } = problem;
    const { name } = classes.model;
    if (!LOCKS.includes(name) || 'init' in problem) return UNSUITABLE;
    const initial = initialHold(name, showState(classes.model, classes.model.init));
    const found = findHolds(operations, classes, name === 'reentrant-mutex' ? Number.POSITIVE_INFINITY : 1, initial);
    if (found.kind === 'concurrent') return UNSUITABLE;
    if (found.kind === 'illegal') return illegal(operations, found.core);
    const order = name === 'fenced-mutex' ? inOrderOfTokens(found.holds, operations, classes) : inOrderOfTime(found.holds);
    if ('clash' in order) return illegal(operations, order.clash);
    const sequence = order.holds.flatMap(({ ops }) => ops);
    const late = overtaken(sequence, operations);
    if (late !== undefined) return illegal(operations, late);
    const witness = withRefused(order.holds, found.refused, operations, classes);
    return witness === undefined ? UNSUITABLE : { kind: 'legal', witness: Int32Array.from(witness), explored: operations.count };
  },
};

function initialHold(name: string, init: Value): { readonly by: Value; readonly times: number } {
  if (name === 'owner-aware-mutex') return { by: init, times: init === null ? 0 : 1 };
  return name === 'fenced-mutex' || init === null ? { by: null, times: 0 } : (init as { readonly by: Value; readonly times: number });
}

type Order = { readonly holds: readonly HoldInterval[] } | { readonly clash: readonly number[] };

/** Holds whose first return comes before their last call last in between: they cannot overlap. The others fit in somewhere. */
function inOrderOfTime(holds: readonly HoldInterval[]): Order {
  const byLastCall = sortedBy(Float64Array.from(holds, ({ lastCall }) => lastCall));
  const lasting = [...byLastCall]
    .map((i) => holds[i]!)
    .filter((hold) => hold.firstReturn < hold.lastCall)
    .sort((a, b) => a.firstReturn - b.firstReturn);
  for (let i = 1; i < lasting.length; i++) {
    const [before, after] = [lasting[i - 1]!, lasting[i]!];
    if (after.firstReturn < before.lastCall) return { clash: [...before.ops, ...after.ops] };
  }
  const begins = lasting.map(({ firstReturn }) => firstReturn);
  const keys = new Float64Array(holds.length);
  for (const [k, i] of byLastCall.entries()) {
    const { ops, firstReturn, lastCall } = holds[i]!;
    keys[k] = 2 * lastCall;
    if (firstReturn < lastCall) continue;
    const around = lasting[indexFrom(begins, lastCall) - 1];
    if (around === undefined || around.lastCall < lastCall) continue;
    if (firstReturn < around.lastCall) return { clash: [...ops, ...around.ops] };
    keys[k] = 2 * around.lastCall + 1;
  }
  return { holds: [...sortedBy(keys)].map((k) => holds[byLastCall[k]!]!) };
}

/** By the tokens that the acquires got: each a larger one than all before. */
function inOrderOfTokens(holds: readonly HoldInterval[], { cls }: KeyOperations, classes: OperationClasses): Order {
  const tokenOf = ({ ops }: HoldInterval): number => classes.operation(cls[ops[0]!]!).output as number;
  const sorted = holds.map((hold) => ({ hold, token: tokenOf(hold) })).sort((a, b) => a.token - b.token);
  const { token: least } = showState(classes.model, classes.model.init) as { readonly token: number };
  const first = sorted[0];
  if (first && first.token <= least) return { clash: first.hold.ops };
  for (let i = 1; i < sorted.length; i++) if (sorted[i - 1]!.token === sorted[i]!.token) return { clash: [...sorted[i - 1]!.hold.ops, ...sorted[i]!.hold.ops] };
  const open = sorted.findIndex(({ hold }, i) => hold.lastCall === NEVER && i < sorted.length - 1);
  if (open >= 0) return { clash: [...sorted[open]!.hold.ops, ...sorted[open + 1]!.hold.ops] };
  return { holds: sorted.map(({ hold }) => hold) };
}

/** An operation that had returned when one that stands before it was called, with that one. */
function overtaken(sequence: readonly number[], { call, ret }: KeyOperations): number[] | undefined {
  let latest = -1;
  for (const op of sequence) {
    if (latest >= 0 && ret[op]! < call[latest]!) return [latest, op];
    if (latest < 0 || call[op]! > call[latest]!) latest = op;
  }
  return undefined;
}

/** The operations of the holds in order, with the refused acquires inside holds that they can have seen; undefined where one fits nowhere. */
function withRefused(holds: readonly HoldInterval[], refused: readonly number[], operations: KeyOperations, classes: OperationClasses): number[] | undefined {
  const { call, ret, cls } = operations;
  const { begins, ends } = instantsInside(holds, operations);
  const acquire = classes.history.fs.indexOf('acquire');
  const inside = holds.map((): { readonly op: number; readonly at: number }[] => []);
  for (const op of refused) {
    if (ret[op] === NEVER) continue;
    const i = indexFrom(ends, call[op]!);
    if (classes.f(cls[op]!) !== acquire || i >= holds.length || begins[i]! > ret[op]!) return undefined;
    if (classes.model.name === 'reentrant-mutex' && isOwn(holds[i]!, op, operations, classes)) return undefined;
    inside[i]!.push({ op, at: Math.max(begins[i]!, call[op]!) });
  }
  return holds.flatMap(({ ops, lastCall }, i) => {
    const seen = inside[i]!.sort((a, b) => a.at - b.at).map(({ op }) => op);
    return lastCall === NEVER ? [...ops, ...seen] : [...ops.slice(0, -1), ...seen, ...ops.slice(-1)];
  });
}

/** Between what instants there is nothing left of each hold to do but to end it: with all operations as early as they can be. */
function instantsInside(holds: readonly HoldInterval[], { call }: KeyOperations): { readonly begins: Float64Array; readonly ends: Float64Array } {
  const begins = new Float64Array(holds.length);
  const ends = new Float64Array(holds.length);
  let now = -1;
  for (const [i, { ops, lastCall }] of holds.entries()) {
    const ending = lastCall === NEVER ? undefined : ops.at(-1);
    for (const op of ops) if (op !== ending) now = Math.max(now, call[op]!);
    begins[i] = now;
    if (ending !== undefined) now = Math.max(now, call[ending]!);
    ends[i] = ending === undefined ? NEVER : now;
  }
  return { begins, ends };
}

/** Whether the hold is, or may be, of the owner who was refused. */
function isOwn({ ops }: HoldInterval, refused: number, { cls }: KeyOperations, classes: OperationClasses): boolean {
  const holder = ops[0];
  return holder === undefined || sameValue(ownerOf(classes.operation(cls[holder]!)), ownerOf(classes.operation(cls[refused]!)));
}
