/** A register: `read`, `write`. */
import type { Value } from '../../../harness/contracts/index.ts';
import { INCONSISTENT, type Model, type ModelOperation, type RegisterOperation } from './model.ts';
import { sameValue } from './same-value.ts';

/** A register that holds `init` at first. */
export function register(init: Value): Model<Value> {
  return {
    name: 'register',
    summary: 'a register: read, write',
    fs: ['read', 'write'],
    observers: ['read'],
    blind: ['write'],
    overwriting: ['write'],
    init,
    step: registerStep,
    accepts: (op) => op.f === 'read' || op.outcome !== 'refused',
    asRegister: registerOperation,
  };
}

/** The step of `read` and `write`. */
export function registerStep(state: Value, op: ModelOperation): Value | typeof INCONSISTENT {
  if (op.f === 'write') return op.input;
  if (op.outcome === 'unknown') return state;
  return sameValue(state, op.output) ? state : INCONSISTENT;
}

/** `read` and `write` in terms of a register. */
export function registerOperation(op: ModelOperation): RegisterOperation {
  return op.f === 'write' ? { kind: 'write', value: op.input } : { kind: 'read', value: op.output ?? null };
}
