/** A counterexample as a small table of operations. */
import type { ChalkInstance } from 'chalk';
import { clipped, type FindingView, type OperationView } from '../view-model/index.ts';
import { columnsOf, oneLine } from './style.ts';

const OPERATION_COLUMNS = 48;

/** Lines, indented; the operations that cannot be explained are marked. */
export function operationsTable(finding: FindingView, paint: ChalkInstance): string[] {
  const { drawing } = finding;
  if (drawing === null) return [];
  const decimals = decimalsFor(drawing.ops);
  const head = ['time', 'process', 'node', 'operation', 'outcome'];
  const rows = drawing.ops.map((op) => cells(op, decimals));
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => columnsOf(row[i]!))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell + ' '.repeat(Math.max(0, widths[i]! - columnsOf(cell))))
      .join('  ')
      .trimEnd();
  return [
    paint.dim(`        ${line(head)}`),
    ...rows.map((row, i) => {
      const hit = drawing.hits.includes(drawing.ops[i]!.index);
      return hit ? paint.red(`      ▶ ${line(row)}`) : `        ${line(row)}`;
    }),
  ];
}

function cells(op: OperationView, decimals: number): string[] {
  const at = (time: number): string => `${(time / 1e9).toFixed(decimals)} s`;
  const outcome = op.outcome === 'info' ? 'info, no answer' : op.outcome === 'fail' ? `fail, ${at(op.end ?? op.start)}` : `ok, ${at(op.end ?? op.start)}`;
  return [at(op.start), String(op.process), op.node ?? '', clipped(oneLine(op.words), OPERATION_COLUMNS), outcome];
}

/** Three, or as many as keep different moments different. */
function decimalsFor(ops: readonly OperationView[]): number {
  const times = new Set(ops.flatMap((op) => [op.start, ...(op.end === null ? [] : [op.end])]));
  let decimals = 3;
  while (decimals < 6 && new Set([...times].map((time) => (time / 1e9).toFixed(decimals))).size < times.size) decimals++;
  return decimals;
}
