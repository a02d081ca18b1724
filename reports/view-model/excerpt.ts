/** Which operations go into the page one by one: all of a small run, of a large one those near what matters. */
import type { History } from '../../harness/contracts/index.ts';
import { eventType, INVOKE, isClient } from '../../harness/history/columns.ts';
import type { Faults } from './faults.ts';
import { operationView, outcomeOf } from './operations.ts';
import type { ExcerptView, FindingView } from './report-view.ts';
import { firstEventAt } from './timeline/buckets.ts';
import { count } from './wording.ts';

const MOST = 4_000;
const PER_FINDING = 800;
const PER_KEY = 120;
const PER_FAULT_EDGE = 100;
const NOT_OK = 600;

/** At most `MOST` operations, in order of invocation. */
export function excerptView(history: History, findings: readonly FindingView[], faults: Faults): ExcerptView {
  const total = countInvocations(history);
  if (total <= MOST) return { ops: everything(history), total, included: 'All operations of the run are here.' };
  const chosen = new Set<number>();
  for (const finding of findings) {
    for (const op of finding.drawing?.ops ?? []) chosen.add(op.index);
    around(history, finding.time, PER_FINDING, chosen);
    sameKey(history, finding, chosen);
  }
  notOk(history, chosen);
  for (const fault of faults.grouped) for (const time of [fault.start, fault.end]) around(history, time, PER_FAULT_EDGE, chosen);
  const ops = [...chosen].slice(0, MOST).sort((a, b) => a - b);
  return {
    ops: ops.map((invoke) => operationView(history, invoke)),
    total,
    included: `${count(ops.length)} of ${count(total)} operations are here: those around the findings, around the beginning and the end of each fault, and up to ${NOT_OK} that failed or stayed unknown. The file history.jsonl has all of them.`,
  };
}

const isInvocation = (history: History, i: number): boolean => isClient(history.columns, i) && eventType(history.columns, i) === INVOKE;

function countInvocations(history: History): number {
  let total = 0;
  for (let i = 0; i < history.length; i++) if (isInvocation(history, i)) total++;
  return total;
}

function everything(history: History): ExcerptView['ops'] {
  const ops: ExcerptView['ops'][number][] = [];
  for (let i = 0; i < history.length; i++) if (isInvocation(history, i)) ops.push(operationView(history, i));
  return ops;
}

/** The nearest `size` invocations, half of them before. */
function around(history: History, time: number, size: number, chosen: Set<number>): void {
  const middle = firstEventAt(history, time);
  for (let i = middle - 1, left = size / 2; i >= 0 && left > 0; i--) if (isInvocation(history, i)) left = take(i, left, chosen);
  for (let i = middle, left = size / 2; i < history.length && left > 0; i++) if (isInvocation(history, i)) left = take(i, left, chosen);
}

function take(invoke: number, left: number, chosen: Set<number>): number {
  if (chosen.size < MOST) chosen.add(invoke);
  return left - 1;
}

/** The last operations on the key of a finding, up to it. */
function sameKey(history: History, finding: FindingView, chosen: Set<number>): void {
  const op = finding.drawing?.ops.at(-1);
  if (op === undefined || finding.key === null) return;
  const key = history.columns.key[op.index];
  for (let i = op.index, left = PER_KEY; i >= 0 && left > 0; i--) {
    if (history.columns.key[i] === key && isInvocation(history, i)) left = take(i, left, chosen);
  }
}

function notOk(history: History, chosen: Set<number>): void {
  for (let i = 0, left = NOT_OK; i < history.length && left > 0; i++) {
    if (isInvocation(history, i) && outcomeOf(history, i) !== 'ok') left = take(i, left, chosen);
  }
}
