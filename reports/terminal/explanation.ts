/** Why a history is not linearizable, at length: the longest order that can be had, the states that refuse what comes next, and the operations on lanes. */
import type { ChalkInstance } from 'chalk';
import type { Anomaly } from '../../harness/contracts/index.ts';
import { clipped, count, type LinearizationView, linearizationView, type PlacedView } from '../view-model/index.ts';
import { type LaneOperation, lanes } from './lanes.ts';
import { columnsOf, oneLine, paintFor } from './style.ts';

const COLUMNS = 110;
const WORDS = 48;
/** A history that took less (ns) has no times, but numbers. */
const SHORTEST_RUN = 1_000_000;

type Shown = Omit<PlacedView, 'state'>;

/** Lines, indented by `indent`; none for an anomaly without an order to show. */
export function explanation(anomaly: Pick<Anomaly, 'certificate'>, indent: string, paint: ChalkInstance = paintFor(process.env)): string[] {
  const view = linearizationView(anomaly);
  if (view === undefined) return [];
  const lines = [...orderLines(view, paint), '', ...refusalLines(view, paint), '', ...laneLines(view, paint)];
  return lines.map((line) => (line === '' ? '' : `${indent}${line}`));
}

function orderLines(view: LinearizationView, paint: ChalkInstance): string[] {
  const { placed, failing, unplaced, considered, key } = view;
  const at = clockOf([...placed, failing, ...unplaced]);
  const rows = [
    ...placed.map((op, i) => [`${i + 1}`, ...cells(op, at), `→ ${oneLine(op.state)}`]),
    ...unplaced.map((op) => ['·', ...cells(op, at), 'not needed: it may come later, or never']),
    ['✗', ...cells(failing, at), 'cannot be placed'],
  ];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => columnsOf(row[i]!))));
  const shown = count(placed.length + unplaced.length + 1);
  const head = `The longest order that can be had${view.init === null ? ', whatever was there at first' : `, from ${oneLine(view.init)}`}, and the state after each`;
  return [
    `${head} ${paint.dim(`(${shown} of ${count(considered)} operations${key === null ? '' : ` on key ${oneLine(key)}`} are enough):`)}`,
    ...rows.map((row, i) => {
      const line = `  ${row
        .map((cell, j) => cell + ' '.repeat(widths[j]! - columnsOf(cell)))
        .join('  ')
        .trimEnd()}`;
      return i === rows.length - 1 ? paint.red(line) : line;
    }),
  ];
}

function cells(op: Shown, at: (op: Shown) => string): string[] {
  return [clipped(oneLine(op.words), WORDS), `process ${op.process}${op.node === null ? '' : ` on ${op.node}`}`, at(op)];
}

/** When operations were called and answered; in a history without times the numbers of their events. */
function clockOf(ops: readonly Shown[]): (op: Shown) => string {
  const times = [...new Set(ops.flatMap(({ start, end }) => (end === null ? [start] : [start, end])))];
  const told = (op: Shown, from: string, to: string | null): string => `${from} – ${to ?? (op.answered ? '(end left open)' : '(no answer)')}`;
  if (Math.max(...times) < SHORTEST_RUN) return (op) => told(op, `event ${op.op}`, op.complete === null ? null : `${op.complete}`);
  let decimals = 3;
  while (decimals < 6 && new Set(times.map((time) => (time / 1e9).toFixed(decimals))).size < times.length) decimals++;
  const text = (time: number): string => `${(time / 1e9).toFixed(decimals)} s`;
  return (op) => told(op, text(op.start), op.end === null ? null : text(op.end));
}

function refusalLines({ failing, refusals, settled, placed }: LinearizationView, paint: ChalkInstance): string[] {
  if (refusals.length === 0) return [];
  const after = settled === 0 ? '' : settled === 1 ? ' It must come after 1.' : ` It must come after 1 – ${settled}.`;
  const states = refusals.length === 1 ? 'The only state that it can meet' : 'The states that it can meet';
  return [
    `${paint.bold(clipped(oneLine(failing.words), WORDS))} fits nowhere.${placed.length === 0 ? '' : after} ${states}:`,
    ...refusals.map(({ state, why }) => `  ${oneLine(state)}: ${oneLine(why)}`),
  ];
}

/** With the operations' words on the bars where they have room, else with their numbers. */
function laneLines({ placed, failing, unplaced }: LinearizationView, paint: ChalkInstance): string[] {
  const drawn = (labelOf: (op: Shown, i: number) => string): LaneOperation[] => [
    ...placed.map((op, i) => ({ ...op, label: labelOf(op, i), mark: '' })),
    ...unplaced.map((op) => ({ ...op, label: labelOf(op, -1), mark: '' })),
    { ...failing, label: labelOf(failing, -1), mark: ' ✗' },
  ];
  const lines =
    lanes(
      drawn((op) => clipped(oneLine(op.words), 24)),
      COLUMNS,
    ) ??
    lanes(
      drawn((_, i) => (i < 0 ? '·' : `${i + 1}`)),
      COLUMNS,
    );
  return (lines ?? []).map((line) => (line.endsWith('✗') ? paint.red(line) : line));
}
