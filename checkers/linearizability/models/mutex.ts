/** A mutex that anybody may release: `acquire`, `release`. */
import type { Value } from '../../../harness/contracts/index.ts';
import { badInit } from './initial-state.ts';
import { INCONSISTENT, type Model, type ModelOperation, type RegisterOperation } from './model.ts';

/** A mutex that is held at first, or (`false`) free. A refused acquire saw it held, a refused release saw it free. Throws ORDEAL_BAD_OPTION. */
export function mutex(init: Value): Model<Value> {
  if (typeof init !== 'boolean') throw badInit('mutex', init, 'true (held) or false (free)');
  return {
    name: 'mutex',
    summary: 'a mutex that anybody may release: acquire, release',
    fs: ['acquire', 'release'],
    conditional: ['acquire', 'release'],
    init,
    step: mutexStep,
    asRegister: mutexOperation,
  };
}

function mutexStep(held: Value, op: ModelOperation): Value | typeof INCONSISTENT {
  if (held !== (op.f === 'release')) return op.outcome === 'refused' ? held : INCONSISTENT;
  return op.outcome === 'refused' ? INCONSISTENT : !held;
}

function mutexOperation({ f, outcome }: ModelOperation): RegisterOperation {
  const from = f === 'release';
  return outcome === 'refused' ? { kind: 'differs', from } : { kind: 'cas', from, to: !from };
}
