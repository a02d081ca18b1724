/** Small histories of transactions, as the oracle sees them and as a history of events. */
import type { History, Ns, Value } from '../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../harness/history/builder.ts';

export type SmallOp =
  | readonly ['append', key: string, element: number]
  | readonly ['w', key: string, value: number]
  | readonly ['r', key: string, result: readonly number[] | number | null];

export interface SmallTransaction {
  readonly process: number;
  /** Positions among all starts and ends: different numbers. `end` of an unknown one is infinite to the order of time. */
  readonly start: number;
  readonly end: number;
  readonly outcome: 'ok' | 'fail' | 'info';
  readonly ops: readonly SmallOp[];
}

/** The history of these transactions. */
export function smallHistory(transactions: readonly SmallTransaction[]): History {
  const events = transactions.flatMap((transaction) => [
    { at: transaction.start, type: 'invoke' as const, transaction },
    { at: transaction.end, type: transaction.outcome, transaction },
  ]);
  const builder = new HistoryBuilder();
  for (const [i, { type, transaction }] of events.sort((a, b) => a.at - b.at).entries()) {
    const known = type === 'ok';
    const value = transaction.ops.map(([f, key, element]): Value => [f, key, f === 'r' && !known ? null : (element as Value)]);
    builder.append({ process: transaction.process, type, f: 'txn', value, time: (i * 1000) as Ns });
  }
  return builder.build();
}
