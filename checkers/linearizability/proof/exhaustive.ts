/**
 * The verifier's own search: every order, all of them at once, one more operation at a time. It shares no code with the
 * engines, knows nothing of windows, classes or registers, and is meant for sub-histories of a few operations.
 */
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { INCONSISTENT, type Model } from '../models/model.ts';
import type { TimedOperation } from './oracle.ts';

/** How many ends of orders to look at before giving up. */
const LIMIT = 250_000;

export type ExhaustiveAnswer = 'linearizable' | 'not-linearizable' | 'too-large';

/** What orders come to. */
interface Reached {
  readonly state: unknown;
  /** The certain operation that was called first and is not done; bit i of `later`: the i-th one after it is. */
  readonly first: number;
  readonly later: bigint;
  /** Bit i: the optional operation i is done. */
  readonly used: bigint;
}

/**
 * Whether the operations can be put in order from that state. Of orders with the same certain operations and the same state,
 * one that used up no optional ones but those of another goes wherever that other one goes: so those with the fewest come
 * first, and the others are dropped.
 */
export function exhaustiveSearch(model: Model, operations: readonly TimedOperation[], init: unknown): ExhaustiveAnswer {
  const inOrder = operations.toSorted((a, b) => a.call - b.call);
  const certain = inOrder.filter(({ ret }) => ret !== Number.POSITIVE_INFINITY);
  // What never returned need not have happened.
  const optional = inOrder.filter(({ ret }) => ret === Number.POSITIVE_INFINITY);
  const twins = earlierTwins(optional);
  let looked = 0;
  // By how many optional ones they used.
  const none = (): Reached[][] => Array.from({ length: optional.length + 1 }, () => []);
  let layer = none();
  layer[0]!.push({ state: init, first: 0, later: 0n, used: 0n });
  for (let ordered = 0; ordered < certain.length; ordered++) {
    const longer = none();
    const kept = new Map<string, bigint[]>();
    for (let uses = 0; uses <= optional.length; uses++) {
      for (const reached of layer[uses]!) {
        const { state, first, later, used } = reached;
        const key = `${first} ${later} ${stateKey(model, state)}`;
        const fewer = kept.get(key);
        if (fewer?.some((others) => (others & used) === others)) continue;
        if (++looked > LIMIT) return 'too-large';
        if (fewer) fewer.push(used);
        else kept.set(key, [used]);
        const next = undone(certain, reached);
        for (const i of next.ready) {
          const after = model.step(state, certain[i]!.operation);
          if (after !== INCONSISTENT) longer[uses]!.push({ state: after, ...leftAfter(reached, i), used });
        }
        for (let i = 0; i < optional.length && optional[i]!.call < next.firstReturn; i++) {
          // Of operations that are the same the one that was called first can take the place of the others.
          if (used & bit(i) || (twins[i] !== undefined && !(used & bit(twins[i]!)))) continue;
          const after = model.step(state, optional[i]!.operation);
          if (after !== INCONSISTENT) layer[uses + 1]!.push({ ...reached, state: after, used: used | bit(i) });
        }
      }
    }
    if (longer.every(({ length }) => length === 0)) return 'not-linearizable';
    layer = longer;
  }
  return 'linearizable';
}

const bit = (i: number): bigint => 1n << BigInt(i);

/** Of the certain operations that are not done: those that began before any of them returned, and when the first of them did. */
function undone(certain: readonly TimedOperation[], { first, later }: Reached): { readonly ready: readonly number[]; readonly firstReturn: number } {
  const ready: number[] = [];
  let firstReturn = Number.POSITIVE_INFINITY;
  for (let i = first; i < certain.length && certain[i]!.call < firstReturn; i++) {
    if (later & bit(i - first)) continue;
    ready.push(i);
    firstReturn = Math.min(firstReturn, certain[i]!.ret);
  }
  return { ready, firstReturn };
}

/** The certain operations that are left when one of them is done as well. */
function leftAfter({ first, later }: Reached, i: number): Pick<Reached, 'first' | 'later'> {
  let bits = later | bit(i - first);
  let left = first;
  for (; bits & 1n; bits >>= 1n) left++;
  return { first: left, later: bits };
}

/** For each operation: the last of the same ones that were called before it. */
function earlierTwins(operations: readonly TimedOperation[]): (number | undefined)[] {
  const last = new Map<string, number>();
  return operations.map(({ operation }, i) => {
    const text = JSON.stringify(operation);
    const twin = last.get(text);
    last.set(text, i);
    return twin;
  });
}

function stateKey(model: Model, state: unknown): string | number {
  return model.key?.(state) ?? canonicalJson(model.show ? model.show(state) : (state as never));
}
