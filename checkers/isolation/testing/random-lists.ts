/** Random small histories over lists: mostly those of a store with faults of its own, sometimes with one value altered. */
import type { Rng } from '../../../harness/contracts/index.ts';
import type { SmallOp, SmallTransaction } from './small-history.ts';

const KEYS = ['x', 'y', 'z'];

interface Draft {
  readonly process: number;
  readonly start: number;
  readonly end: number;
  readonly outcome: SmallTransaction['outcome'];
  readonly plan: readonly (readonly ['append' | 'r', string])[];
}

/** Two to `most` transactions. */
export function randomLists(rng: Rng, most: number): SmallTransaction[] {
  const drafts = draftTransactions(rng.fork('drafts'), rng.int(2, most), rng.int(1, 3));
  const lists = new Map<string, number[]>();
  const snapshots: ReadonlyMap<string, readonly number[]>[] = [new Map()];
  let element = 0;
  // Transactions run one after the other, in an order of their own, each on some earlier state or on the last one.
  const order = shuffled(rng.fork('order'), drafts);
  const done = order.map((draft, i): readonly [Draft, SmallTransaction] => {
    const one = rng.fork(i);
    const seen = one.int(0, 3) === 0 ? snapshots[one.int(0, snapshots.length - 1)]! : snapshots.at(-1)!;
    const own = new Map([...seen].map(([key, list]) => [key, [...list]]));
    const ops = draft.plan.map(([f, key], j): SmallOp => {
      if (f === 'append') {
        own.set(key, [...(own.get(key) ?? []), ++element]);
        if (draft.outcome !== 'fail' || one.fork(j).int(0, 9) === 0) lists.set(key, [...(lists.get(key) ?? []), element]);
        return ['append', key, element];
      }
      const fresh = one.fork(j).int(0, 5) === 0 ? (lists.get(key) ?? []) : (own.get(key) ?? []);
      return ['r', key, fresh.length === 0 && one.int(0, 1) === 0 ? null : [...fresh]];
    });
    snapshots.push(new Map([...lists].map(([key, list]) => [key, [...list]])));
    return [draft, { ...draft, ops }];
  });
  const transactions = drafts.map((draft) => done.find(([one]) => one === draft)![1]);
  return rng.int(0, 2) === 0 ? altered(rng.fork('alter'), transactions) : transactions;
}

function draftTransactions(rng: Rng, count: number, keys: number): Draft[] {
  const processes = rng.int(1, count);
  const free = new Array<number>(processes).fill(0);
  const names = free.map((_, i) => i);
  return Array.from({ length: count }, (_, i): Draft => {
    const one = rng.fork(i);
    const slot = one.int(0, processes - 1);
    const start = free[slot]! + one.float01() * 3;
    const end = start + 0.01 + one.float01() * 4;
    free[slot] = end;
    const process = names[slot]!;
    const outcome = one.int(0, 9) === 0 ? 'info' : one.int(0, 11) === 0 ? 'fail' : 'ok';
    // A process ends with an unknown outcome, and another one takes its place.
    if (outcome === 'info') names[slot] = process + processes;
    const plan = Array.from(
      { length: one.int(1, 3) },
      (_, j) =>
        [
          one.fork(j).int(0, 1) === 0 ? 'append' : 'r',
          KEYS[
            one
              .fork(j)
              .fork('key')
              .int(0, keys - 1)
          ]!,
        ] as const,
    );
    return { process, start, end, outcome, plan };
  });
}

function shuffled<T>(rng: Rng, items: readonly T[]): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(rng.int(0, Math.min(1, rest.length - 1)), 1)[0]!);
}

/** One read shows something else: without its last element, with another order, with a foreign element, nothing. */
function altered(rng: Rng, transactions: readonly SmallTransaction[]): SmallTransaction[] {
  const victim = rng.int(0, transactions.length - 1);
  return transactions.map((transaction, i) => {
    if (i !== victim) return transaction;
    const ops = transaction.ops.map((op): SmallOp => {
      if (op[0] !== 'r' || !Array.isArray(op[2])) return op;
      const list = [...(op[2] as readonly number[])];
      const how = rng.int(0, 5);
      if (how === 0) list.pop();
      else if (how === 1) list.reverse();
      else if (how === 2) list.push(rng.int(1, 9));
      else if (how === 3) list.length = 0;
      return ['r', op[1], list];
    });
    return { ...transaction, ops };
  });
}
