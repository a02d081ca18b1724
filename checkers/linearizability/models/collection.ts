/** What collections with one operation to put elements in and one to take them out have in common. */
import type { Value } from '../../../harness/contracts/index.ts';
import { INCONSISTENT, type Model, type ModelOperation } from './model.ts';
import { sameValue } from './same-value.ts';

export interface CollectionNames {
  /** Puts its value in. */
  readonly insert: string;
  /** Takes an element out and returns it; null, or refused, where there is none. */
  readonly remove: string;
}

type Shared = 'fs' | 'blind' | 'conditional' | 'accepts' | 'changesNothing' | 'element' | 'produces' | 'shows';

/** All of a model but its states. `null` is no element: it is how a removal says that there was none. */
export function collection({ insert, remove }: CollectionNames): Pick<Model<never>, Shared> {
  return {
    fs: [insert, remove],
    blind: [insert],
    conditional: [remove],
    accepts: (op) => op.f === remove || (op.outcome !== 'refused' && op.input !== null),
    changesNothing: (op) => op.f === remove && foundNothing(op),
    element: (op) => (op.f === insert ? op.input : foundNothing(op) ? undefined : (op.output ?? undefined)),
    produces: (op) => (op.f === insert ? op.input : undefined),
    shows: (op, produced) => op.f === remove && op.outcome === 'ok' && sameValue(op.output, produced),
  };
}

/** Whether a removal, as it ended, says that the collection was empty. */
export function foundNothing(op: ModelOperation): boolean {
  return op.outcome === 'refused' || (op.outcome === 'ok' && (op.output ?? null) === null);
}

/** How a collection that knows which element is next does it. */
export interface Ordered<S> {
  put(state: S, value: Value): S;
  /** The element that a removal takes; undefined where there is none. */
  next(state: S): Value | undefined;
  /** The state without that element. */
  drop(state: S): S;
}

/** The step of such a collection. */
export function orderedStep<S>({ insert }: CollectionNames, { put, next, drop }: Ordered<S>): (state: S, op: ModelOperation) => S | typeof INCONSISTENT {
  return (state, op) => {
    if (op.f === insert) return put(state, op.input);
    const taken = next(state);
    if (op.outcome === 'unknown') return taken === undefined ? state : drop(state);
    if (foundNothing(op)) return taken === undefined ? state : INCONSISTENT;
    return taken !== undefined && sameValue(taken, op.output) ? drop(state) : INCONSISTENT;
  };
}
