/** Client operations as pairs of events, for checkers: two arrays, made once per history. */
import type { History } from '../contracts/index.ts';
import { eventType, INFO, INVOKE } from './columns.ts';

export interface Operations {
  readonly count: number;
  /** Indices of the invocations of clients, ascending. */
  readonly invocation: Int32Array;
  /** Index of the completion of each, -1 where there is none (which is as good as `info`). */
  readonly completion: Int32Array;
}

const known = new WeakMap<History, Operations>();

/** All client operations in order of invocation. The same arrays each time; they are not to be changed. */
export function operations(history: History): Operations {
  const before = known.get(history);
  if (before) return before;
  const made = collect(history);
  known.set(history, made);
  return made;
}

/** The outcome of operation `k`: OK, FAIL, or INFO (also where the completion is missing). */
export function outcomeOf(history: History, list: Operations, k: number): number {
  const completion = list.completion[k]!;
  return completion < 0 ? INFO : eventType(history.columns, completion);
}

function collect(history: History): Operations {
  const { process, pair } = history.columns;
  const isInvocation = (i: number): boolean => process[i]! >= 0 && eventType(history.columns, i) === INVOKE;
  let count = 0;
  for (let i = 0; i < history.length; i++) if (isInvocation(i)) count++;
  const invocation = new Int32Array(count);
  const completion = new Int32Array(count);
  let k = 0;
  for (let i = 0; i < history.length; i++) {
    if (!isInvocation(i)) continue;
    invocation[k] = i;
    completion[k++] = pair[i]!;
  }
  return { count, invocation, completion };
}
