/** A mutex that only its holder may release: `acquire`, `release`. */
import type { Value } from '../../../harness/contracts/index.ts';
import { INCONSISTENT, type Model, type ModelOperation, type RegisterOperation } from './model.ts';
import { holdOf, ownerOf } from './owner.ts';
import { sameValue } from './same-value.ts';

/**
 * A mutex that the process (or client) `init` holds at first, or (null) nobody. A refused acquire saw it held, a refused
 * release saw it free or held by somebody else.
 */
export function ownerAwareMutex(init: Value): Model<Value> {
  return {
    name: 'owner-aware-mutex',
    summary: 'a mutex that only its holder may release: acquire, release; who it is says the process, or {"client": …} in the value',
    fs: ['acquire', 'release'],
    conditional: ['acquire', 'release'],
    ownerAware: true,
    hold: holdOf,
    init,
    step: mutexStep,
    asRegister: mutexOperation,
  };
}

function mutexStep(holder: Value, op: ModelOperation): Value | typeof INCONSISTENT {
  const owner = ownerOf(op);
  const possible = sameValue(holder, op.f === 'acquire' ? null : owner);
  if (op.outcome === 'refused') return possible ? INCONSISTENT : holder;
  if (!possible) return INCONSISTENT;
  return op.f === 'acquire' ? owner : null;
}

function mutexOperation(op: ModelOperation): RegisterOperation {
  const owner = ownerOf(op);
  const from = op.f === 'acquire' ? null : owner;
  return op.outcome === 'refused' ? { kind: 'differs', from } : { kind: 'cas', from, to: op.f === 'acquire' ? owner : null };
}
