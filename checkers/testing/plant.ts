/** Putting operations into a long history, between those that it has. */
import type { Value } from '../../harness/contracts/index.ts';
import type { WrittenEvent, WrittenExtras } from './written-history.ts';

/** A whole operation: who, what, what it asks for, what it is answered. `fail` in place of an answer: it failed. */
export type PlantedOperation = readonly [process: number, f: string, asked: Value, answered: Value | 'FAIL', extras?: WrittenExtras];

/** The first place from `at` on where an operation begins: in a history of one operation at a time, nothing is in flight there. */
export function boundary(events: readonly WrittenEvent[], at: number): number {
  return events.findIndex(([, type], i) => i >= at && type === 'invoke');
}

/** Puts them there, one after the other. */
export function plant(events: WrittenEvent[], at: number, operations: readonly PlantedOperation[]): void {
  const lines = operations.flatMap(([process, f, asked, answered, extras = {}]): WrittenEvent[] => [
    [process, 'invoke', f, asked, extras],
    answered === 'FAIL' ? [process, 'fail', f, null, { ...extras, error: { code: 'refused', message: '' } }] : [process, 'ok', f, answered, extras],
  ]);
  events.splice(boundary(events, at), 0, ...lines);
}
