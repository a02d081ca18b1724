/** Replays the prefix that a certificate claims for people to read: it knows the model's `step`, and no search. */
import type { Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { HOLDS, refuted, type Verification } from '../../certificates/verifier.ts';
import type { LinearizablePrefix } from '../counterexample/finding.ts';
import { INCONSISTENT, type Model } from '../models/model.ts';
import type { TimedOperation } from './oracle.ts';

/** Whether the prefix orders all other operations that returned, keeps real time, and reaches the states that it names from one of `inits`. */
export function replayPrefix(
  prefix: LinearizablePrefix,
  operations: readonly TimedOperation[],
  failing: number,
  model: Model,
  inits: readonly unknown[],
): Verification {
  const byInvoke = new Map(operations.map((op) => [op.call, op]));
  const placed = new Set(prefix.order.map(({ invoke }) => invoke));
  if (placed.size !== prefix.order.length || placed.has(failing)) return refuted('the prefix has an operation twice, or the one that cannot be explained');
  for (const op of operations)
    if (op.call !== failing && op.ret !== Number.POSITIVE_INFINITY && !placed.has(op.call)) return refuted(`the prefix lacks operation ${op.call}`);
  let latestCall = -1;
  for (const { invoke } of prefix.order) {
    const op = byInvoke.get(invoke);
    if (op === undefined || op.ret < latestCall) return refuted(`operation ${invoke} does not stand where the prefix has it`);
    latestCall = Math.max(latestCall, op.call);
  }
  const reaches = (init: unknown): boolean => {
    let state = init;
    return prefix.order.every(({ invoke, state: claimed }) => {
      const next = model.step(state, byInvoke.get(invoke)!.operation);
      state = next;
      return next !== INCONSISTENT && canonicalJson(shown(model, next)) === canonicalJson(claimed);
    });
  };
  return inits.some(reaches) ? HOLDS : refuted('the model does not reach the states of the prefix');
}

function shown(model: Model, state: unknown): Value {
  return model.show ? model.show(state) : (state as Value);
}
