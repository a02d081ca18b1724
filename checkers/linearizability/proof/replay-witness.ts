/**
 * Verifies a linearization by replaying it. Independent of every engine: it knows the history, the model's `step`, and
 * nothing else.
 */
import { INCONSISTENT, type ModelOperation } from '../models/model.ts';
import type { OperationClasses } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER } from '../problem/prepare.ts';

/** So many operations of each class, at least, are much alike. */
const ALIKE = 4;

export interface Verification {
  readonly ok: boolean;
  /** In words, also when ok. */
  readonly why: string;
}

/** Whether `order` (positions in `operations`) holds every known operation once, keeps the real-time order, and is accepted by the model. */
export function replayWitness(operations: KeyOperations, classes: OperationClasses, order: Int32Array): Verification {
  const { count, call, ret, cls } = operations;
  const model = classes.model;
  const seen = new Uint8Array(count);
  /** Where operations are much alike they are made once. */
  const made: ModelOperation[] | undefined = classes.count * ALIKE < count ? [] : undefined;
  const operation = (c: number): ModelOperation => {
    if (made === undefined) return classes.operation(c);
    made[c] ??= classes.operation(c);
    return made[c];
  };
  let latestCall = -1;
  let state = model.init;
  for (const op of order) {
    if (!(op >= 0 && op < count)) return refuse(`there is no operation ${op}`);
    if (seen[op]) return refuse(`operation ${op} stands twice`);
    seen[op] = 1;
    if (ret[op]! < latestCall) return refuse(`operation ${op} had returned before one that stands earlier was called`);
    if (call[op]! > latestCall) latestCall = call[op]!;
    const next = model.step(state, operation(cls[op]!));
    if (next === INCONSISTENT) return refuse(`operation ${op} cannot happen where it stands`);
    state = next;
  }
  for (let op = 0; op < count; op++) if (!seen[op] && ret[op] !== NEVER) return refuse(`operation ${op} completed and is missing`);
  return { ok: true, why: `replayed ${order.length} operations` };
}

const refuse = (why: string): Verification => ({ ok: false, why });
