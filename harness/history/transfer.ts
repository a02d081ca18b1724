/** A history on its way to a worker thread: columns and values are shared memory, only names and errors are cloned. */
import type { History } from '../contracts/index.ts';
import { HistoryBuilder } from './builder.ts';
import { ColumnarHistory, type HistoryParts } from './columnar-history.ts';

/** Plain data for `postMessage` or `workerData`. */
export type HistoryMessage = HistoryParts;

/** Packs a history. Columns are not copied; a history made by other means is rebuilt first. */
export function historyToMessage(history: History): HistoryMessage {
  return (history instanceof ColumnarHistory ? history : rebuilt(history)).parts();
}

/** The history on the other side, over the same memory. */
export function historyFromMessage(message: HistoryMessage): History {
  return new ColumnarHistory(message);
}

function rebuilt(history: History): ColumnarHistory {
  const builder = new HistoryBuilder({ operations: history.operations, capacity: history.length });
  for (let i = 0; i < history.length; i++) builder.append(history.event(i));
  return builder.build();
}
