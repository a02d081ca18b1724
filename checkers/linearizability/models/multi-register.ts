/** Several registers, and transactions over them: `txn` of reads and writes. */
import type { Value } from '../../../harness/contracts/index.ts';
import { badInit } from './initial-state.ts';
import { INCONSISTENT, type Model, type ModelOperation } from './model.ts';
import { mapKey, PersistentMap, valueOfKey } from './persistent-map.ts';
import { sameValue } from './same-value.ts';

/** A read or a write in a transaction: [name, register, value]; r and w are short for read and write. */
type Step = readonly [f: 'read' | 'r' | 'write' | 'w', register: Value, value: Value];

/** Registers that are not null. */
type Registers = PersistentMap<Value>;

/** Registers that hold what the pairs [register, value] of `init` say at first, else null. Throws ORDEAL_BAD_OPTION. */
export function multiRegister(init: Value): Model<Registers> {
  if (!Array.isArray(init) || !init.every((pair: Value) => Array.isArray(pair) && pair.length === 2)) {
    throw badInit('multi-register', init, 'a list of pairs [register, value]: []');
  }
  return {
    name: 'multi-register',
    summary: 'registers, null at first, and transactions over them: txn [["read", register, value], ["write", register, value], …]',
    fs: ['txn'],
    init: (init as readonly (readonly [Value, Value])[]).reduce<Registers>(
      (registers, [name, value]) => written(registers, name, value),
      PersistentMap.empty(),
    ),
    step: transact,
    key: (registers) => JSON.stringify(registers.entries()),
    show: (registers) => registers.entries().map(([name, value]) => [valueOfKey(name), value]),
    accepts: (op) => op.outcome !== 'refused' && stepsOf(op) !== undefined,
    changesNothing: (op) => stepsOf(op)?.every(([f]) => isRead(f)) ?? true,
    sees,
  };
}

const isRead = (f: string): boolean => f === 'read' || f === 'r';

function isStep(step: Value): boolean {
  return Array.isArray(step) && step.length === 3 && ['read', 'r', 'write', 'w'].includes(step[0] as string);
}

/** What the transaction did as far as it is known: reads of one with an unknown outcome say nothing. */
function stepsOf({ input, output, outcome }: ModelOperation): readonly Step[] | undefined {
  const steps = outcome === 'unknown' ? input : (output ?? null);
  return Array.isArray(steps) && steps.every(isStep) ? (steps as unknown as readonly Step[]) : undefined;
}

/** Whether it read from a register what the update writes there. */
function sees(op: ModelOperation, update: ModelOperation): boolean {
  if (op.outcome === 'unknown') return false;
  const writes = (stepsOf(update) ?? []).filter(([f]) => !isRead(f));
  return (stepsOf(op) ?? []).some(([f, name, value]) => isRead(f) && writes.some(([, other, made]) => sameValue(other, name) && sameValue(made, value)));
}

function transact(registers: Registers, op: ModelOperation): Registers | typeof INCONSISTENT {
  let state = registers;
  for (const [f, name, value] of stepsOf(op) ?? []) {
    if (!isRead(f)) state = written(state, name, value);
    else if (op.outcome !== 'unknown' && !sameValue(state.get(mapKey(name)) ?? null, value)) return INCONSISTENT;
  }
  return state;
}

function written(registers: Registers, name: Value, value: Value): Registers {
  return value === null ? registers.delete(mapKey(name)) : registers.set(mapKey(name), value);
}
