/** Random small histories over registers: those of lists, of which only the last element is seen; in a part of them values are written twice. */
import type { Rng } from '../../../harness/contracts/index.ts';
import { randomLists } from './random-lists.ts';
import type { SmallOp, SmallTransaction } from './small-history.ts';

/** Two to `most` transactions. */
export function randomRegisters(rng: Rng, most: number): SmallTransaction[] {
  const registers = randomLists(rng, most).map((transaction) => ({ ...transaction, ops: transaction.ops.map(seenAsRegister) }));
  const repeats = rng.fork('repeats');
  return repeats.int(0, 2) === 0 ? withRepeats(repeats, registers) : registers;
}

function seenAsRegister([f, key, value]: SmallOp): SmallOp {
  if (f !== 'r') return ['w', key, value as number];
  return ['r', key, Array.isArray(value) ? ((value as readonly number[]).at(-1) ?? null) : value];
}

/**
 * One to three times two writes of one key write the same, and what showed the one shows the other: writes of two transactions,
 * of one process, or of one transaction, as it comes; of neighbours half of the time, of which one transaction or process may be.
 */
function withRepeats(rng: Rng, transactions: readonly SmallTransaction[]): SmallTransaction[] {
  let repeated = [...transactions];
  for (let times = rng.int(1, 3); times > 0; times--) {
    const writes = repeated.flatMap(({ ops }) => ops.filter(([f]) => f === 'w'));
    const key = writes.length === 0 ? undefined : writes[rng.int(0, writes.length - 1)]![1];
    const values = writes.flatMap(([, k, value]) => (k === key ? [value as number] : []));
    if (values.length < 2) continue;
    const one = rng.int(0, values.length - 2);
    const other = rng.int(0, 1) === 0 ? one + 1 : rng.int(one + 1, values.length - 1);
    const same = (op: SmallOp): SmallOp => {
      if (op[1] !== key || op[2] !== values[other]) return op;
      return op[0] === 'r' ? ['r', op[1], values[one]!] : ['w', op[1], values[one]!];
    };
    repeated = repeated.map((transaction) => ({ ...transaction, ops: transaction.ops.map(same) }));
  }
  return repeated;
}
