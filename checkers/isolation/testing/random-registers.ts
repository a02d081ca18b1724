/** Random small histories over registers: those of lists, of which only the last element is seen. */
import type { Rng } from '../../../harness/contracts/index.ts';
import { randomLists } from './random-lists.ts';
import type { SmallOp, SmallTransaction } from './small-history.ts';

/** Two to `most` transactions. */
export function randomRegisters(rng: Rng, most: number): SmallTransaction[] {
  return randomLists(rng, most).map((transaction) => ({ ...transaction, ops: transaction.ops.map(seenAsRegister) }));
}

function seenAsRegister([f, key, value]: SmallOp): SmallOp {
  if (f !== 'r') return ['w', key, value as number];
  return ['r', key, Array.isArray(value) ? ((value as readonly number[]).at(-1) ?? null) : value];
}
