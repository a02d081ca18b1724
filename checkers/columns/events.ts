/** What checkers ask of single events: what became of an invocation, and words for sentences. */
import type { History, HistoryColumns, Value } from '../../harness/contracts/index.ts';
import { eventType, INFO, isApplied, OK } from '../../harness/history/columns.ts';
import { formatSeconds } from '../../harness/time/units.ts';

/** What became of the invocation at `index`: OK, FAIL or INFO. A missing completion is INFO. */
export function outcomeAt(columns: HistoryColumns, index: number): number {
  const completion = columns.pair[index]!;
  return completion < 0 ? INFO : eventType(columns, completion);
}

/** The error code of a completion, or `unknown`. */
export function errorCodeAt(history: History, index: number): string {
  return history.errors[history.columns.error[index] ?? -1]?.code ?? 'unknown';
}

/** `process 3 on n1`: who did the event at `index`. */
export function whoAt(history: History, index: number): string {
  const process = history.columns.process[index];
  const node = history.nodes[history.columns.node[index] ?? -1];
  return node === undefined ? `process ${process}` : `process ${process} on ${node}`;
}

/** `12.480 s`: when the event at `index` happened. */
export function whenAt(history: History, index: number): string {
  return formatSeconds(history.columns.time[index] ?? 0);
}

/** A value in a sentence: JSON, cut to 60 characters. */
export function words(value: Value | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

/** What became of an intent. `refused`: it failed for certain, or a condition refused it. */
export type Fate = 'acknowledged' | 'refused' | 'unknown';

/** The fate of the invocation at `index`. */
export function fateAt(columns: HistoryColumns, index: number): Fate {
  const outcome = outcomeAt(columns, index);
  if (outcome === INFO) return 'unknown';
  return outcome === OK && isApplied(columns, columns.pair[index]!) ? 'acknowledged' : 'refused';
}

/** The code in `columns.process` of the observer of that name (without `observer:`); NaN, which no event has, where there is none. */
export function observerCode(history: History, name: string): number {
  const ordinal = history.observers.indexOf(name);
  return ordinal < 0 ? Number.NaN : -2 - ordinal;
}
