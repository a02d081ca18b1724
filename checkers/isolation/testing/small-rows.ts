/** Small histories over rows, as the oracle sees them and as a history of events; and random ones. */
import type { History, Ns, Rng, Value } from '../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../harness/history/builder.ts';

export type RowState = ReadonlyMap<string, number>;
export type SmallPredicate = 'true' | readonly ['=', number] | readonly ['mod', number, number];

export type SmallRowOp =
  | readonly ['insert' | 'w', key: string, value: number]
  | readonly ['delete', key: string]
  | readonly ['r', key: string, value: number | null]
  | readonly ['rp', predicate: SmallPredicate, rows: RowState];

export interface SmallRowTransaction {
  readonly process: number;
  /** Positions among all starts and ends: different numbers. */
  readonly start: number;
  readonly end: number;
  readonly outcome: 'ok' | 'fail' | 'info';
  readonly ops: readonly SmallRowOp[];
}

export interface SmallRows {
  /** What was there before all; made by an `init` where it is not empty. */
  readonly initial: RowState;
  readonly transactions: readonly SmallRowTransaction[];
}

/** Whether a value matches. */
export function isMatch(predicate: SmallPredicate, value: number | undefined): boolean {
  if (value === undefined) return false;
  if (predicate === 'true') return true;
  return predicate[0] === '=' ? value === predicate[1] : value % predicate[1] === predicate[2];
}

/** The history of these transactions. */
export function rowHistory({ initial, transactions }: SmallRows): History {
  const builder = new HistoryBuilder();
  if (initial.size > 0) {
    const value = [...initial].map(([key, one]): Value => ['insert', key, one]);
    for (const type of ['invoke', 'ok'] as const) builder.append({ process: 99, type, f: 'init', value, time: 0 as Ns });
  }
  const events = transactions.flatMap((transaction) => [
    { at: transaction.start, type: 'invoke' as const, transaction },
    { at: transaction.end, type: transaction.outcome, transaction },
  ]);
  for (const [i, { type, transaction }] of events.sort((a, b) => a.at - b.at).entries()) {
    const value = transaction.ops.map((op): Value => inJson(op, type === 'ok'));
    builder.append({ process: transaction.process, type, f: 'txn', value, time: ((i + 1) * 1000) as Ns });
  }
  return builder.build();
}

function inJson(op: SmallRowOp, known: boolean): Value {
  if (op[0] === 'rp') return ['rp', op[1], known ? [...op[2]] : null];
  return op[0] === 'r' && !known ? ['r', op[1], null] : (op as Value);
}

const KEYS = ['x', 'y', 'z'];

/** Two to `most` transactions of a store that is not to be relied on: each runs on the last state, or on an earlier one. */
export function randomRows(rng: Rng, most: number): SmallRows {
  const keys = KEYS.slice(0, rng.int(1, 3));
  const initial: RowState = new Map(rng.int(0, 1) === 0 ? [] : keys.filter(() => rng.int(0, 2) > 0).map((key, i) => [key, i + 1]));
  const states: RowState[] = [initial];
  const gone = new Set<string>();
  let fresh = 3;
  const free: number[] = Array.from({ length: rng.int(1, most) }, () => 0);
  const names = free.map((_, i) => i);
  const transactions = Array.from({ length: rng.int(2, most) }, (): SmallRowTransaction => {
    const slot = rng.int(0, free.length - 1);
    const start = free[slot]! + rng.float01() * 3;
    const end = start + 0.01 + rng.float01() * 4;
    free[slot] = end;
    const process = names[slot]!;
    const outcome = rng.int(0, 9) === 0 ? 'info' : rng.int(0, 11) === 0 ? 'fail' : 'ok';
    if (outcome === 'info') names[slot] = process + free.length;
    const own = new Map(rng.int(0, 2) === 0 ? states[rng.int(0, states.length - 1)]! : states.at(-1)!);
    const last = new Map(states.at(-1)!);
    const ops = Array.from({ length: rng.int(1, 3) }, (): SmallRowOp[] => {
      const key = keys[rng.int(0, keys.length - 1)]!;
      const kind = gone.has(key) ? rng.int(0, 5) : rng.int(0, 9);
      if (kind < 4) return [predicateRead(rng, own)];
      if (kind < 6) return [['r', key, own.get(key) ?? null]];
      const here = own.get(key);
      // An insert finds no row, as a rule.
      if (here === undefined && last.has(key) && rng.int(0, 7) > 0) return [['r', key, null]];
      const value = rng.int(0, 14) === 0 ? rng.int(1, fresh) : ++fresh;
      if (here !== undefined && kind === 9) {
        gone.add(key);
        own.delete(key);
        last.delete(key);
        return [['delete', key]];
      }
      own.set(key, value);
      last.set(key, value);
      if (here === undefined) return [['insert', key, value]];
      // What is read before it is written has an order.
      return rng.int(0, 2) === 0
        ? [['w', key, value]]
        : [
            ['r', key, here],
            ['w', key, value],
          ];
    }).flat();
    if (outcome === 'ok' || rng.int(0, outcome === 'info' ? 1 : 9) === 0) states.push(last);
    return { process, start, end, outcome, ops };
  });
  return { initial, transactions: rng.int(0, 3) === 0 ? altered(rng, transactions) : transactions };
}

function predicateRead(rng: Rng, rows: RowState): SmallRowOp {
  const kind = rng.int(0, 2);
  const values = [...rows.values(), 1, 4];
  const predicate: SmallPredicate = kind === 0 ? 'true' : kind === 1 ? ['=', values[rng.int(0, values.length - 1)]!] : ['mod', 2, rng.int(0, 1)];
  return ['rp', predicate, new Map([...rows].filter(([, value]) => isMatch(predicate, value)))];
}

/** One read shows something else: a row less, or another value. */
function altered(rng: Rng, transactions: readonly SmallRowTransaction[]): SmallRowTransaction[] {
  const victim = rng.int(0, transactions.length - 1);
  return transactions.map((transaction, i) => {
    if (i !== victim) return transaction;
    const ops = transaction.ops.map((op): SmallRowOp => {
      if (op[0] === 'r') return ['r', op[1], rng.int(0, 1) === 0 ? null : rng.int(1, 6)];
      return op[0] === 'rp' && op[2].size > 0 ? ['rp', op[1], new Map([...op[2]].slice(rng.int(0, 1)))] : op;
    });
    return { ...transaction, ops };
  });
}
