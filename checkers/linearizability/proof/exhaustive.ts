/**
 * The verifier's own search: every order, remembering only which (set of operations, state) led nowhere. It shares no code
 * with the engines, knows nothing of windows, classes or registers, and is meant for sub-histories of a few operations.
 */
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { INCONSISTENT, type Model } from '../models/model.ts';
import type { TimedOperation } from './oracle.ts';

export type ExhaustiveAnswer = 'linearizable' | 'not-linearizable' | 'too-large';

/** Whether the operations can be put in order from that state. `limit`: how many (set, state) pairs to look at before giving up. */
export function exhaustiveSearch(model: Model, operations: readonly TimedOperation[], init: unknown, limit = 1_000_000): ExhaustiveAnswer {
  const ops = operations.toSorted((a, b) => a.call - b.call);
  const failed = new Set<string>();
  const done = ops.map(() => '0');
  const twins = earlierTwins(ops);
  // All before `first` are done. `without`: what the state would be without the last operation, where that need not have happened.
  const search = (state: unknown, first: number, without?: { readonly state: unknown }): boolean => {
    while (done[first] === '1') first++;
    let firstReturn = Number.POSITIVE_INFINITY;
    let end = first;
    for (; end < ops.length && ops[end]!.call < firstReturn; end++) if (done[end] === '0') firstReturn = Math.min(firstReturn, ops[end]!.ret);
    if (firstReturn === Number.POSITIVE_INFINITY) return true;
    // What is called after `end` has to wait for what returns first, and had to before: none of it is done.
    const key = `${first} ${done.slice(first, end).join('')} ${stateKey(model, state)}`;
    if (failed.has(key)) return false;
    if (failed.size >= limit) throw new TooLarge();
    for (let i = first; i < end; i++) {
      const op = ops[i]!;
      if (done[i] === '1') continue;
      // Of operations that are the same and never return the one that was called first can take the place of the others.
      const twin = twins[i];
      if (twin !== undefined && done[twin] === '0') continue;
      const next = model.step(state, op.operation);
      if (next === INCONSISTENT) continue;
      const isOptional = op.ret === Number.POSITIVE_INFINITY;
      // An order with the fewest operations that need not have happened has none that changes nothing, or makes no difference to the next one.
      if (isOptional && isSame(model, state, next)) continue;
      if (without && isSame(model, model.step(without.state, op.operation), next)) continue;
      done[i] = '1';
      const found = search(next, first, isOptional ? { state } : undefined);
      done[i] = '0';
      if (found) return true;
    }
    failed.add(key);
    return false;
  };
  try {
    return search(init, 0) ? 'linearizable' : 'not-linearizable';
  } catch (error) {
    // So many operations that the recursion is too deep are too many as well.
    if (error instanceof TooLarge || error instanceof RangeError) return 'too-large';
    throw error;
  }
}

/** For each operation that never returns: the last of the same ones that were called before it. */
function earlierTwins(ops: readonly TimedOperation[]): (number | undefined)[] {
  const last = new Map<string, number>();
  return ops.map(({ operation, ret }, i) => {
    if (ret !== Number.POSITIVE_INFINITY) return undefined;
    const text = JSON.stringify(operation);
    const twin = last.get(text);
    last.set(text, i);
    return twin;
  });
}

function isSame(model: Model, one: unknown, other: unknown): boolean {
  return one !== INCONSISTENT && stateKey(model, one) === stateKey(model, other);
}

class TooLarge extends Error {}

function stateKey(model: Model, state: unknown): string | number {
  return model.key?.(state) ?? canonicalJson(model.show ? model.show(state) : (state as never));
}
