/** A mutex that hands out fencing tokens: each acquire returns a larger number than all before. */
import type { Value } from '../../../harness/contracts/index.ts';
import { initialCount } from './initial-state.ts';
import { INCONSISTENT, type Model, type ModelOperation } from './model.ts';
import { holdOf, ownerOf } from './owner.ts';
import { sameValue } from './same-value.ts';

interface Fenced {
  readonly holder: Value;
  /** The largest token so far. */
  readonly token: number;
}

/**
 * A mutex that is free at first, with `init` the largest token handed out before. Tokens are whole numbers: an acquire of
 * unknown outcome took the next one at least. Refused operations as with the owner-aware mutex. Throws ORDEAL_BAD_OPTION.
 */
export function fencedMutex(init: Value): Model<Fenced> {
  return {
    name: 'fenced-mutex',
    summary: 'a mutex with fencing tokens: acquire returns a larger token than any before, release by the holder',
    fs: ['acquire', 'release'],
    conditional: ['acquire', 'release'],
    ownerAware: true,
    hold: holdOf,
    init: { holder: null, token: initialCount('fenced-mutex', init) },
    madeFrom: init,
    step: fencedStep,
    accepts: (op) => op.f === 'release' || op.outcome !== 'ok' || Number.isSafeInteger(op.output),
    show: ({ holder, token }) => ({ holder, token }),
  };
}

function fencedStep({ holder, token }: Fenced, op: ModelOperation): Fenced | typeof INCONSISTENT {
  const owner = ownerOf(op);
  const possible = sameValue(holder, op.f === 'acquire' ? null : owner);
  if (op.outcome === 'refused') return possible ? INCONSISTENT : { holder, token };
  if (!possible) return INCONSISTENT;
  if (op.f === 'release') return { holder: null, token };
  if (op.outcome === 'unknown') return { holder: owner, token: token + 1 };
  return (op.output as number) > token ? { holder: owner, token: op.output as number } : INCONSISTENT;
}
