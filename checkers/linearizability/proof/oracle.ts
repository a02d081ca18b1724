/**
 * The oracle: tries every order of a handful of operations. No windows, no classes, no memory of what failed; it exists to
 * be obviously right.
 */
import { INCONSISTENT, type Model, type ModelOperation } from '../models/model.ts';

/** An operation with its interval. */
export interface TimedOperation {
  readonly operation: ModelOperation;
  readonly call: number;
  /** Infinity where the outcome is unknown: then it may also have no effect at all. */
  readonly ret: number;
}

/** Whether the operations can be put in order so that the model, started in `init`, accepts them. Exponential. */
export function linearizable(model: Model, operations: readonly TimedOperation[], init: unknown = model.init): boolean {
  const done = new Array<boolean>(operations.length).fill(false);
  return canFinish(model, operations, done, init);
}

function canFinish(model: Model, operations: readonly TimedOperation[], done: boolean[], state: unknown): boolean {
  let firstReturn = Number.POSITIVE_INFINITY;
  for (let i = 0; i < operations.length; i++) if (!done[i]) firstReturn = Math.min(firstReturn, operations[i]!.ret);
  // what is left has no outcome, and need not have happened
  if (firstReturn === Number.POSITIVE_INFINITY) return true;
  for (let i = 0; i < operations.length; i++) {
    const op = operations[i]!;
    if (done[i] || op.call > firstReturn) continue;
    const next = model.step(state, op.operation);
    if (next === INCONSISTENT) continue;
    done[i] = true;
    const finished = canFinish(model, operations, done, next);
    done[i] = false;
    if (finished) return true;
  }
  return false;
}
