/**
 * The oracle of monotonic snapshot reads over lists (Adya 1999, PL-MSR; what Oracle calls read consistency): tries all
 * interleavings of reads and commits, each read of what is committed and of the transaction's own appends.
 */
import { withSomeUnknown } from './oracle.ts';
import type { SmallTransaction } from './small-history.ts';

type Lists = ReadonlyMap<string, readonly number[]>;

/** Whether some interleaving explains all reads, and every read is a beginning of what its list becomes. */
export function readsMoments(all: readonly SmallTransaction[]): boolean {
  return withSomeUnknown(all, (chosen) =>
    interleave(
      chosen,
      chosen.map(() => 0),
      new Map(),
      new Set(),
    ),
  );
}

/** `done[i]`: how many operations transaction i has done; one more for its commit. */
function interleave(chosen: readonly SmallTransaction[], done: readonly number[], lists: Lists, tried: Set<string>): boolean {
  if (chosen.every(({ ops }, i) => done[i] === ops.length + 1)) return chosen.every((one) => areBeginnings(one, lists));
  const here = JSON.stringify([done, [...lists].sort()]);
  if (tried.has(here)) return false;
  tried.add(here);
  return chosen.some((next, i) => {
    if (done[i] === next.ops.length + 1) return false;
    const step = done.map((one, j) => (i === j ? one + 1 : one));
    if (done[i] === next.ops.length) return interleave(chosen, step, withAppends(lists, next, next.ops.length), tried);
    return explains(next, done[i]!, lists) && interleave(chosen, step, lists, tried);
  });
}

function withAppends(lists: Lists, { ops }: SmallTransaction, upTo: number): Lists {
  const after = new Map(lists);
  for (const [f, key, element] of ops.slice(0, upTo)) if (f === 'append') after.set(key, [...(after.get(key) ?? []), element]);
  return after;
}

function explains(transaction: SmallTransaction, at: number, lists: Lists): boolean {
  const [f, key, result] = transaction.ops[at]!;
  if (f !== 'r' || transaction.outcome !== 'ok') return true;
  const committed = lists.get(key)?.length ?? 0;
  const list = withAppends(lists, transaction, at).get(key) ?? [];
  const shown = (result ?? []) as readonly number[];
  // That a transaction misses its own appends is another anomaly.
  return shown.length >= committed && shown.length <= list.length && shown.every((one, i) => one === list[i]);
}

function areBeginnings({ ops, outcome }: SmallTransaction, lists: Lists): boolean {
  return outcome !== 'ok' || ops.every(([f, key, result]) => f !== 'r' || ((result ?? []) as readonly number[]).every((one, i) => lists.get(key)?.[i] === one));
}
