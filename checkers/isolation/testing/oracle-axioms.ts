/**
 * The oracle of models with atomic visibility (Cerone, Bernardi and Gotsman 2015), over lists and registers: is there an order of arbitration and,
 * within it, a choice of who sees whom that explains all reads and keeps the model's axioms? Tries all of both.
 */
import { ordered, withSomeUnknown } from './oracle.ts';
import type { SmallOp, SmallTransaction } from './small-history.ts';

export interface Axioms {
  /** Who is seen by what one sees is seen. */
  readonly transitive?: true;
  /** What a process did before is seen. */
  readonly sessions?: true;
  /** Who comes before what one sees is seen. */
  readonly prefix?: true;
  /** Of two that write one key one sees the other. */
  readonly noConflict?: true;
}

/** Whether some order and visibility explain the reads. */
export function atomicallyVisible(all: readonly SmallTransaction[], axioms: Axioms): boolean {
  return withSomeUnknown(all, (chosen) => arbitrations(chosen, [], axioms));
}

function arbitrations(
  chosen: readonly SmallTransaction[],
  placed: readonly { readonly by: SmallTransaction; readonly sees: number }[],
  axioms: Axioms,
): boolean {
  if (placed.length === chosen.length) return ordersVersions(placed.map(({ by }) => by));
  for (const next of chosen) {
    if (placed.some(({ by }) => by === next)) continue;
    // Bit i: sees the i-th placed one.
    for (let sees = 0; sees < 1 << placed.length; sees++) {
      if (
        keeps(next, sees, placed, axioms) &&
        explains(
          next,
          placed.filter((_, i) => (sees >> i) & 1).map(({ by }) => by),
        ) &&
        arbitrations(chosen, [...placed, { by: next, sees }], axioms)
      )
        return true;
    }
  }
  return false;
}

function ordersVersions(arbitration: readonly SmallTransaction[]): boolean {
  const lists = new Map<string, number[]>();
  for (const { ops } of arbitration) for (const [f, key, element] of ops) if (f === 'append') lists.set(key, [...(lists.get(key) ?? []), element]);
  return arbitration.every(
    ({ ops, outcome }) =>
      outcome !== 'ok' ||
      ops.every(
        ([f, key, value]) => f !== 'r' || typeof value === 'number' || ((value ?? []) as readonly number[]).every((one, i) => lists.get(key)?.[i] === one),
      ),
  );
}

function keeps(next: SmallTransaction, sees: number, placed: readonly { readonly by: SmallTransaction; readonly sees: number }[], axioms: Axioms): boolean {
  return placed.every(({ by, sees: its }, i) => {
    const seen = ((sees >> i) & 1) === 1;
    if (axioms.transitive && seen && (its & ~sees) !== 0) return false;
    if (axioms.prefix && seen && (((1 << i) - 1) & ~sees) !== 0) return false;
    if (axioms.noConflict && !seen && by.ops.some(([f, key]) => f !== 'r' && next.ops.some(([g, other]) => g !== 'r' && key === other))) return false;
    if (!axioms.sessions) return true;
    return (seen || !ordered(by, next, 'process')) && !ordered(next, by, 'process');
  });
}

function explains(transaction: SmallTransaction, seen: readonly SmallTransaction[]): boolean {
  const state = new Map<string, readonly number[]>();
  const write = ([f, key, element]: SmallOp): void => {
    if (f === 'append') state.set(key, [...(state.get(key) ?? []), element]);
    else if (f === 'w') state.set(key, [element]);
  };
  for (const { ops } of seen) for (const op of ops) write(op);
  return transaction.ops.every((op) => {
    const [f, key, value] = op;
    const list = state.get(key) ?? [];
    write(op);
    if (f !== 'r' || transaction.outcome !== 'ok') return true;
    const result = typeof value === 'number' ? [value] : (value ?? []);
    return result.length === list.length && result.every((one, i) => one === list[i]);
  });
}
