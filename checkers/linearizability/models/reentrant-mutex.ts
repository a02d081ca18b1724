/** A mutex that its holder may acquire again, and then must release as often: `acquire`, `release`. */
import type { Value } from '../../../harness/contracts/index.ts';
import { badInit } from './initial-state.ts';
import { INCONSISTENT, type Model, type ModelOperation } from './model.ts';
import { holdOf, ownerOf } from './owner.ts';
import { sameValue } from './same-value.ts';

interface Held {
  readonly by: Value;
  readonly times: number;
}

const FREE: Held = { by: null, times: 0 };

/**
 * A reentrant mutex that is free at first (null), or held: `{"by": …, "times": …}`. A refused acquire saw it held by somebody
 * else, a refused release saw it not held by that process. Throws ORDEAL_BAD_OPTION.
 */
export function reentrantMutex(init: Value): Model<Held> {
  if (init !== null && !isHeld(init)) throw badInit('reentrant-mutex', init, 'null (free) or {"by": process, "times": how often}');
  return {
    name: 'reentrant-mutex',
    summary: 'a mutex that its holder may acquire again, and must release as often: acquire, release',
    fs: ['acquire', 'release'],
    conditional: ['acquire', 'release'],
    ownerAware: true,
    hold: holdOf,
    init: init === null ? FREE : (init as unknown as Held),
    step: reentrantStep,
    show: ({ by, times }) => (times === 0 ? null : { by, times }),
  };
}

function isHeld(init: Value): boolean {
  const { by, times } = (typeof init === 'object' ? init : {}) as { readonly by?: Value; readonly times?: Value };
  return by !== undefined && by !== null && Number.isSafeInteger(times) && (times as number) > 0;
}

function reentrantStep(held: Held, op: ModelOperation): Held | typeof INCONSISTENT {
  const owner = ownerOf(op);
  const mine = held.times > 0 && sameValue(held.by, owner);
  const possible = mine || (op.f === 'acquire' && held.times === 0);
  if (op.outcome === 'refused') return possible ? INCONSISTENT : held;
  if (!possible) return INCONSISTENT;
  if (op.f === 'acquire') return { by: owner, times: held.times + 1 };
  return held.times === 1 ? FREE : { by: owner, times: held.times - 1 };
}
