/** A counter: `add`, `add-and-get`, `read`. */
import type { Value } from '../../../harness/contracts/index.ts';
import { initialCount } from './initial-state.ts';
import { INCONSISTENT, type Model, type ModelOperation } from './model.ts';

/** A counter that stands at `init` at first. Throws ORDEAL_BAD_OPTION. */
export function counter(init: Value): Model<number> {
  return {
    name: 'counter',
    summary: 'a counter: add (by the value, 1 where it is null), add-and-get (returns the new count), read',
    fs: ['add', 'add-and-get', 'read'],
    observers: ['read'],
    blind: ['add'],
    init: initialCount('counter', init),
    step: counterStep,
    anyState: countsBefore,
    accepts: isCounterOperation,
    count: { delta: deltaOf, sees: countSeen, least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY },
  };
}

/** By how much an operation changes the count; NaN where its value does not say. */
export function deltaOf({ f, input }: ModelOperation): number {
  if (f === 'read') return 0;
  if (input === null) return 1;
  return typeof input === 'number' && Number.isSafeInteger(input) ? input : Number.NaN;
}

/** The count after the operation, where it says so. */
export function countSeen({ f, output, outcome }: ModelOperation): number | undefined {
  return f === 'add' || outcome !== 'ok' ? undefined : (output as number);
}

export function isCounterOperation(op: ModelOperation): boolean {
  if (op.outcome === 'refused' || Number.isNaN(deltaOf(op))) return false;
  return op.f === 'add' || op.outcome === 'unknown' || Number.isSafeInteger(op.output);
}

/** The step of all operations that were not refused. */
export function counterStep(count: number, op: ModelOperation): number | typeof INCONSISTENT {
  const after = count + deltaOf(op);
  return op.f === 'add' || op.outcome === 'unknown' || op.output === after ? after : INCONSISTENT;
}

/** Whatever the count was, the others can only have moved it so far from what one of the operations saw. */
function countsBefore(ops: readonly ModelOperation[]): readonly number[] {
  const seen = ops.find((op) => op.f !== 'add' && op.outcome === 'ok');
  if (seen === undefined) return [0];
  const deltas = ops.map(deltaOf);
  const most = deltas.reduce((sum, delta) => sum + Math.max(0, delta), 0);
  const least = deltas.reduce((sum, delta) => sum + Math.min(0, delta), 0);
  return Array.from({ length: most - least + 1 }, (_, i) => (seen.output as number) - most + i);
}
