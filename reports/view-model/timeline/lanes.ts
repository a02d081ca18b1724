/** One lane per client: its operations one by one where there are few, merged into runs where there are many. */
import type { History } from '../../../harness/contracts/index.ts';
import { eventType, INVOKE, isClient } from '../../../harness/history/columns.ts';
import { operationView, outcomeOf } from '../operations.ts';
import type { LaneMark, LaneView, Outcome } from '../report-view.ts';
import { firstEventAt } from './buckets.ts';

/** Up to so many operations are marked one by one. */
const SINGLE = 900;
/** Up to so many of these carry their words. */
const WORDED = 240;
/** So many marks at most, whatever the number of operations. */
const MARKS = 3_000;
/** An operation may have begun so long before the range and reach into it, ns. */
const REACH = 10_000_000_000;

export interface Lanes {
  readonly lanes: readonly LaneView[];
  readonly operations: number;
  readonly merged: boolean;
}

/** Lanes of the first `count` client threads; a thread's processes share its lane. */
export function lanesOf(history: History, start: number, end: number, threads: number, count: number): Lanes {
  const invocations = invocationsIn(history, start, end);
  const merged = invocations.length > SINGLE;
  let gap = merged ? (end - start) / 500 : -1;
  let lanes = draw(history, invocations, start, end, threads, count, gap);
  while (merged && lanes.reduce((sum, lane) => sum + lane.marks.length, 0) > MARKS) {
    gap *= 2;
    if (gap > end - start) break;
    lanes = draw(history, invocations, start, end, threads, count, gap);
  }
  return { lanes, operations: invocations.length, merged };
}

/** Invocations of operations that overlap the range. */
function invocationsIn(history: History, start: number, end: number): Int32Array {
  const { columns } = history;
  const from = firstEventAt(history, start - REACH);
  const to = firstEventAt(history, end + 1);
  const found = new Int32Array(to - from);
  let size = 0;
  for (let i = from; i < to; i++) {
    if (!isClient(columns, i) || eventType(columns, i) !== INVOKE || columns.time[i]! > end) continue;
    if (endOf(history, i, end) >= start) found[size++] = i;
  }
  return found.subarray(0, size);
}

/** Until when the process was busy with it. */
function endOf(history: History, invoke: number, end: number): number {
  const complete = history.columns.pair[invoke]!;
  return complete < 0 ? end : history.columns.time[complete]!;
}

function draw(history: History, invocations: Int32Array, start: number, end: number, threads: number, count: number, gap: number): LaneView[] {
  const lanes: LaneMark[][] = Array.from({ length: Math.min(count, threads) }, () => []);
  for (const invoke of invocations) {
    const marks = lanes[history.columns.process[invoke]! % threads];
    if (marks === undefined) continue;
    const outcome: Outcome = outcomeOf(history, invoke);
    const from = Math.max(start, history.columns.time[invoke]!);
    const to = Math.min(end, Math.max(from, endOf(history, invoke, end)));
    const before = marks.at(-1);
    if (gap >= 0 && before !== undefined && before.outcome === outcome && from - before.end <= gap) {
      marks[marks.length - 1] = { ...before, end: Math.max(before.end, to), count: before.count + 1, op: null };
    } else {
      const words = gap < 0 && invocations.length <= WORDED ? operationView(history, invoke).words : null;
      marks.push({ start: from, end: to, outcome, op: invoke, count: 1, words });
    }
  }
  return lanes.map((marks, i) => ({ label: `p${i}`, marks }));
}
