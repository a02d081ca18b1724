/** What clients did during each fault window: overlaps in O(events + windows log windows), writes inside by walking the window. */
import type { Budget, History } from '../../harness/contracts/index.ts';
import { eventType, FAIL, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { outcomeAt } from '../columns/events.ts';
import { ask } from '../verdict/exhausted.ts';

export interface Span {
  /** Event indices; what is strictly between them is inside. */
  readonly start: number;
  readonly end: number;
}

/** Operations that overlap a span, by outcome. */
export interface Overlap {
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** Acknowledged writes among them. */
  readonly writes: number;
}

/** Rows of the running sums. */
const ROWS = ['ok', 'fail', 'info', 'writes'] as const;

/** By position in `spans`. `isWrite` is by index into `History.fs`. Throws BudgetExhausted. */
export function overlaps(history: History, spans: readonly Span[], isWrite: readonly boolean[], budget: Budget): Overlap[] {
  const edges = Int32Array.from(new Set(spans.flatMap(({ start, end }) => [start, end]))).sort();
  const position = new Map(Array.from(edges, (edge, i) => [edge, i] as const));
  const { begun, ended } = runningSums(history, edges, isWrite, budget);
  return spans.map((span) => {
    const from = position.get(span.start)!;
    const to = position.get(span.end)!;
    const count = (row: number): number => begun[row * edges.length + to]! - ended[row * edges.length + from]!;
    return { ok: count(0), fail: count(1), info: count(2), writes: count(3) };
  });
}

/** At each edge, by row: how many operations were invoked, and how many completed, before it. */
function runningSums(history: History, edges: Int32Array, isWrite: readonly boolean[], budget: Budget): { begun: Int32Array; ended: Int32Array } {
  const { columns } = history;
  const begun = new Int32Array(ROWS.length * edges.length);
  const ended = new Int32Array(ROWS.length * edges.length);
  const nowBegun = new Int32Array(ROWS.length);
  const nowEnded = new Int32Array(ROWS.length);
  let edge = 0;
  for (let i = 0; i <= history.length; i++) {
    for (; edge < edges.length && edges[edge]! === i; edge++) {
      for (let row = 0; row < ROWS.length; row++) {
        begun[row * edges.length + edge] = nowBegun[row]!;
        ended[row * edges.length + edge] = nowEnded[row]!;
      }
    }
    if (i === history.length || edge === edges.length) break;
    if ((i & 0xffff) === 0) ask(budget, begun.length * 8);
    if (!isClient(columns, i)) continue;
    const invoked = eventType(columns, i) === INVOKE;
    const sums = invoked ? nowBegun : nowEnded;
    const outcome = invoked ? outcomeAt(columns, i) : eventType(columns, i);
    const row = outcome === OK ? 0 : outcome === FAIL ? 1 : 2;
    sums[row] = sums[row]! + 1;
    const completion = invoked ? columns.pair[i]! : i;
    if (outcome === OK && isWrite[columns.f[i]!] === true && isApplied(columns, completion)) sums[3] = sums[3]! + 1;
  }
  return { begun, ended };
}

/** Acknowledged writes that were invoked and acknowledged inside the span. Throws BudgetExhausted. */
export function writesInside(history: History, span: Span, isWrite: readonly boolean[], budget: Budget): number {
  const { columns } = history;
  let count = 0;
  for (let i = span.start + 1; i < span.end; i++) {
    if ((i & 0xffff) === 0) ask(budget, 0);
    if (!isClient(columns, i) || eventType(columns, i) !== OK) continue;
    if (isWrite[columns.f[i]!] === true && isApplied(columns, i) && columns.pair[i]! > span.start) count++;
  }
  return count;
}

/**
 * Which operations are writes, by index into `History.fs`: those whose spec declares an effect; without specs, all but
 * `read`. Where nothing would be a write, everything is.
 */
export function writeFunctions(history: History): boolean[] {
  const effects = new Map(history.operations.map(({ f, effect }) => [f, effect]));
  const writes = history.fs.map((f) => (effects.size > 0 ? (effects.get(f) ?? 'none') !== 'none' : f !== 'read'));
  const used = new Set<number>();
  for (let i = 0; i < history.length; i++) if (isClient(history.columns, i)) used.add(history.columns.f[i]!);
  return [...used].some((f) => writes[f] === true) ? writes : history.fs.map(() => true);
}
