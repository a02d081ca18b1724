/**
 * How much of a history lies on contended keys: keys that two processes worked on at the same time, each from its first
 * invocation to its last event there. (A crashed process ends before its successor begins, so that one thread does not
 * contend with itself.)
 */
import type { Budget, History } from '../../harness/contracts/index.ts';
import { eventType, INVOKE, isClient } from '../../harness/history/columns.ts';
import { ask } from '../verdict/exhausted.ts';

export interface Contention {
  readonly keys: number;
  readonly contendedKeys: number;
  /** Of all operations, those on contended keys; 1 without operations. */
  readonly share: number;
}

interface KeySpans {
  operations: number;
  /** By process: first and last event. */
  readonly spans: Map<number, { first: number; last: number }>;
}

/** O(events + spans log spans). Throws BudgetExhausted. */
export function contention(history: History, budget: Budget): Contention {
  const { columns } = history;
  const keys = new Map<number, KeySpans>();
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xfff) === 0) ask(budget, keys.size * 200);
    if (!isClient(columns, i)) continue;
    const key = columns.key[i]!;
    let entry = keys.get(key);
    if (entry === undefined) {
      entry = { operations: 0, spans: new Map() };
      keys.set(key, entry);
    }
    const span = entry.spans.get(columns.process[i]!);
    if (span === undefined) entry.spans.set(columns.process[i]!, { first: i, last: i });
    else span.last = i;
    if (eventType(columns, i) === INVOKE) entry.operations++;
  }
  let operations = 0;
  let contended = 0;
  let contendedKeys = 0;
  for (const entry of keys.values()) {
    operations += entry.operations;
    if (!overlapping([...entry.spans.values()])) continue;
    contended += entry.operations;
    contendedKeys++;
  }
  return { keys: keys.size, contendedKeys, share: operations === 0 ? 1 : contended / operations };
}

function overlapping(spans: readonly { readonly first: number; readonly last: number }[]): boolean {
  const ordered = spans.toSorted((a, b) => a.first - b.first);
  return ordered.some((span, i) => i > 0 && span.first < ordered[i - 1]!.last);
}
