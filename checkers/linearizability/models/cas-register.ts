/** A register with compare-and-set: `read`, `write`, `cas` with [from, to]. */
import type { Value } from '../../../harness/contracts/index.ts';
import { INCONSISTENT, type Model, type ModelOperation, type RegisterOperation } from './model.ts';
import { registerOperation, registerStep } from './register.ts';
import { isPair, sameValue } from './same-value.ts';

/** A register with compare-and-set that holds `init` at first. */
export function casRegister(init: Value): Model<Value> {
  return {
    name: 'cas-register',
    summary: 'a register with compare-and-set: read, write, cas [from, to]',
    fs: ['read', 'write', 'cas'],
    observers: ['read'],
    blind: ['write'],
    overwriting: ['write'],
    conditional: ['cas'],
    failedConditions: 'no-op',
    init,
    step: casRegisterStep,
    accepts: (op) => (op.f === 'cas' ? isPair(op.input) : op.f === 'read' || op.outcome !== 'refused'),
    asRegister: casRegisterOperation,
  };
}

function casRegisterStep(state: Value, op: ModelOperation): Value | typeof INCONSISTENT {
  if (op.f !== 'cas') return registerStep(state, op);
  const [from, to] = op.input as readonly [Value, Value];
  const holds = sameValue(state, from);
  if (op.outcome === 'refused') return holds ? INCONSISTENT : state;
  return holds ? to : INCONSISTENT;
}

function casRegisterOperation(op: ModelOperation): RegisterOperation {
  if (op.f !== 'cas') return registerOperation(op);
  const [from, to] = op.input as readonly [Value, Value];
  return op.outcome === 'refused' ? { kind: 'differs', from } : { kind: 'cas', from, to };
}
