/** A counter that stays within bounds: `add`, `add-and-get`, `read`; what would leave the bounds is refused. */
import type { Value } from '../../../harness/contracts/index.ts';
import { counterStep, countSeen, deltaOf, isCounterOperation } from './counter.ts';
import { badInit } from './initial-state.ts';
import { INCONSISTENT, type Model, type ModelOperation } from './model.ts';

interface Bounds {
  readonly count: number;
  readonly min: number;
  readonly max: number;
}

/** A counter from `{"count": …, "min": …, "max": …}`; a refused operation would have left the bounds. Throws ORDEAL_BAD_OPTION. */
export function boundedCounter(init: Value): Model<number> {
  const bounds = boundsOf(init);
  return {
    name: 'bounded-counter',
    summary: 'a counter that stays within bounds: add, add-and-get, read; what would leave the bounds is refused',
    fs: ['add', 'add-and-get', 'read'],
    observers: ['read'],
    conditional: ['add', 'add-and-get'],
    init: bounds.count,
    madeFrom: init,
    step: (count, op) => boundedStep(count, op, bounds),
    anyState: () => Array.from({ length: bounds.max - bounds.min + 1 }, (_, i) => bounds.min + i),
    count: { delta: deltaOf, sees: countSeen, least: bounds.min, most: bounds.max },
    accepts: (op) => (op.outcome === 'refused' ? op.f !== 'read' && !Number.isNaN(deltaOf(op)) : isCounterOperation(op)),
  };
}

function boundedStep(count: number, op: ModelOperation, { min, max }: Bounds): number | typeof INCONSISTENT {
  const after = count + deltaOf(op);
  const possible = after >= min && after <= max;
  if (op.outcome === 'refused') return possible ? INCONSISTENT : count;
  return possible ? counterStep(count, op) : INCONSISTENT;
}

function boundsOf(init: Value): Bounds {
  const { count, min, max } = (typeof init === 'object' && init !== null ? init : {}) as { readonly [name in keyof Bounds]?: Value };
  const numbers = [min, count, max];
  if (numbers.every((n) => Number.isSafeInteger(n)) && (min as number) <= (count as number) && (count as number) <= (max as number)) {
    return { count, min, max } as Bounds;
  }
  throw badInit('bounded-counter', init, '{"count": 0, "min": 0, "max": 10}, whole numbers in order');
}
