/** A semaphore: `acquire` and `release` of permits. */
import type { Value } from '../../../harness/contracts/index.ts';
import { initialCount } from './initial-state.ts';
import { INCONSISTENT, type Model, type ModelOperation } from './model.ts';

/**
 * A semaphore with `init` permits, all free at first. The value of an operation is how many permits it is about; one where
 * it is null. A refused acquire saw too few free; a
 * permit that nobody holds cannot be released, so a refused release saw too few held. Throws ORDEAL_BAD_OPTION.
 */
export function semaphore(init: Value): Model<number> {
  const permits = initialCount('semaphore', init, 0);
  return {
    name: 'semaphore',
    summary: 'a semaphore with as many permits as it starts from: acquire and release of one, or as many as the value says',
    fs: ['acquire', 'release'],
    conditional: ['acquire', 'release'],
    init: permits,
    step: (free, op) => semaphoreStep(free, op, permits),
    anyState: () => Array.from({ length: permits + 1 }, (_, free) => free),
    count: { delta: freed, sees: () => undefined, least: 0, most: permits },
    accepts: (op) => permitsOf(op) > 0,
  };
}

/** How many permits an operation is about; 0 where its value does not say. */
export function permitsOf({ input }: ModelOperation): number {
  if (input === null) return 1;
  return typeof input === 'number' && Number.isSafeInteger(input) && input > 0 ? input : 0;
}

/** How many permits more are free after it. */
function freed(op: ModelOperation): number {
  return op.f === 'acquire' ? -permitsOf(op) : permitsOf(op);
}

function semaphoreStep(free: number, op: ModelOperation, permits: number): number | typeof INCONSISTENT {
  const after = free + freed(op);
  const possible = after >= 0 && after <= permits;
  if (op.outcome === 'refused') return possible ? INCONSISTENT : free;
  return possible ? after : INCONSISTENT;
}
