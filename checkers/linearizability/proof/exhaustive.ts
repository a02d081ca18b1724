/**
 * The verifier's own search: every order, remembering only which (set of operations, state) led nowhere. It shares no code
 * with the engines, knows nothing of windows, classes or registers, and is meant for sub-histories of a few operations.
 */
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { INCONSISTENT, type Model } from '../models/model.ts';
import type { TimedOperation } from './oracle.ts';

/** How many (set, state) pairs to look at before giving up. */
const LIMIT = 250_000;

export type ExhaustiveAnswer = 'linearizable' | 'not-linearizable' | 'too-large';

/** Whether the operations can be put in order from that state. */
export function exhaustiveSearch(model: Model, operations: readonly TimedOperation[], init: unknown): ExhaustiveAnswer {
  const failed = new Set<string>();
  const done = operations.map(() => '0');
  const twins = earlierTwins(operations);
  let looked = 0;
  // `without`: what the state would be without the last operation, where that need not have happened.
  const search = (state: unknown, without?: { readonly state: unknown }): boolean => {
    let firstReturn = Number.POSITIVE_INFINITY;
    operations.forEach((op, i) => {
      if (done[i] === '0') firstReturn = Math.min(firstReturn, op.ret);
    });
    if (firstReturn === Number.POSITIVE_INFINITY) return true;
    const key = `${done.join('')} ${stateKey(model, state)}`;
    if (failed.has(key)) return false;
    if (++looked > LIMIT) throw new TooLarge();
    for (const [i, op] of operations.entries()) {
      if (done[i] === '1' || op.call > firstReturn) continue;
      // Of operations that are the same and never return the one that was called first can take the place of the others.
      if (twins[i]!.some((earlier) => done[earlier] === '0')) continue;
      const next = model.step(state, op.operation);
      if (next === INCONSISTENT) continue;
      const isOptional = op.ret === Number.POSITIVE_INFINITY;
      // An order with the fewest operations that need not have happened has none that changes nothing, or makes no difference to the next one.
      if (isOptional && isSame(model, state, next)) continue;
      if (without && isSame(model, model.step(without.state, op.operation), next)) continue;
      done[i] = '1';
      const found = search(next, isOptional ? { state } : undefined);
      done[i] = '0';
      if (found) return true;
    }
    failed.add(key);
    return false;
  };
  try {
    return search(init) ? 'linearizable' : 'not-linearizable';
  } catch (error) {
    // So many operations that the recursion is too deep are too many as well.
    if (error instanceof TooLarge || error instanceof RangeError) return 'too-large';
    throw error;
  }
}

/** For each operation that never returns: the same ones that were called before it. */
function earlierTwins(operations: readonly TimedOperation[]): number[][] {
  const texts = operations.map(({ operation, ret }) => (ret === Number.POSITIVE_INFINITY ? JSON.stringify(operation) : undefined));
  return operations.map(({ call }, i) => {
    if (texts[i] === undefined) return [];
    return [...texts.keys()].filter((other) => texts[other] === texts[i] && operations[other]!.call < call);
  });
}

function isSame(model: Model, one: unknown, other: unknown): boolean {
  return one !== INCONSISTENT && stateKey(model, one) === stateKey(model, other);
}

class TooLarge extends Error {}

function stateKey(model: Model, state: unknown): string | number {
  return model.key?.(state) ?? canonicalJson(model.show ? model.show(state) : (state as never));
}
