/** Throughput and latency in buckets of time. Two passes over a range's events, no garbage per event. */
import type { History } from '../../../harness/contracts/index.ts';
import { eventType, FAIL, INVOKE, isClient, OK } from '../../../harness/history/columns.ts';
import { NS_PER_MS } from '../../../harness/time/units.ts';
import type { TimelineBucket } from '../report-view.ts';

/** Latencies are counted in bins of constant ratio: the quantiles, told in three digits, are right within 2.5 %. */
const BINS_PER_DECADE = 60;
const LOWEST_MS = 0.001;
const DECADES = 9;
/** Rows of the heat map per decade. */
const ROWS_PER_DECADE = 5;
/** Buckets with fewer successes have no quantile. */
const LEAST_FOR_MEDIAN = 5;
const LEAST_FOR_TAIL = 20;

export interface HeatScale {
  /** Lower edges in ms, ascending. */
  readonly rowsMs: readonly number[];
}

/** The index of the first event at or after `time`. O(log events). */
export function firstEventAt(history: History, time: number): number {
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (history.columns.time[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** From the intended start where the history says it, ms. */
export function latencyMs(history: History, complete: number): number {
  const { time, scheduled, pair } = history.columns;
  const invoke = pair[complete]!;
  const intended = scheduled[invoke]!;
  return Math.max(0, time[complete]! - (Number.isNaN(intended) ? time[invoke]! : intended)) / NS_PER_MS;
}

/** Rows that hold all latencies of the run, whole decades, at least two. */
export function heatScale(history: History): HeatScale {
  const { columns } = history;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < history.length; i++) {
    if (!isClient(columns, i) || eventType(columns, i) !== OK || columns.pair[i]! < 0) continue;
    const ms = latencyMs(history, i);
    if (ms < least) least = ms;
    if (ms > most) most = ms;
  }
  const from = Math.max(-3, Math.floor(Math.log10(Math.max(least === Number.POSITIVE_INFINITY ? 1 : least, LOWEST_MS))));
  const to = Math.max(from + 2, Math.min(6, Math.ceil(Math.log10(Math.max(most, LOWEST_MS)))));
  const rowsMs: number[] = [];
  for (let row = 0; row < (to - from) * ROWS_PER_DECADE; row++) rowsMs.push(Number((10 ** (from + row / ROWS_PER_DECADE)).toPrecision(6)));
  return { rowsMs };
}

/** `count` buckets from `start` to `end`. */
export function bucketsOf(history: History, start: number, end: number, count: number, scale: HeatScale): TimelineBucket[] {
  const { columns } = history;
  const width = (end - start) / count;
  const bins = new Uint32Array(DECADES * BINS_PER_DECADE);
  const rows = new Uint32Array(scale.rowsMs.length);
  const last = firstEventAt(history, end + 1);
  const buckets: TimelineBucket[] = [];
  let i = firstEventAt(history, start);
  for (let bucket = 0; bucket < count; bucket++) {
    const until = bucket === count - 1 ? end : start + (bucket + 1) * width;
    let [ok, fail, info] = [0, 0, 0];
    bins.fill(0);
    rows.fill(0);
    for (; i < last && (columns.time[i]! < until || (bucket === count - 1 && columns.time[i]! <= end)); i++) {
      if (!isClient(columns, i)) continue;
      const type = eventType(columns, i);
      if (type === INVOKE) {
        if (columns.pair[i]! < 0) info++;
      } else if (type === FAIL) fail++;
      else if (type === OK && columns.pair[i]! >= 0) {
        ok++;
        const ms = latencyMs(history, i);
        bins[binOf(ms)]!++;
        rows[rowOf(ms, scale)]!++;
      } else info++;
    }
    buckets.push({
      start: Math.round(start + bucket * width),
      end: Math.round(until),
      ok,
      info,
      fail,
      p50: ok < LEAST_FOR_MEDIAN ? null : quantile(bins, ok, 0.5),
      p95: ok < LEAST_FOR_TAIL ? null : quantile(bins, ok, 0.95),
      p99: ok < LEAST_FOR_TAIL ? null : quantile(bins, ok, 0.99),
      heat: [...rows],
    });
  }
  return buckets;
}

function binOf(ms: number): number {
  if (ms <= LOWEST_MS) return 0;
  return Math.min(DECADES * BINS_PER_DECADE - 1, Math.floor(Math.log10(ms / LOWEST_MS) * BINS_PER_DECADE));
}

function rowOf(ms: number, { rowsMs }: HeatScale): number {
  if (ms <= rowsMs[0]!) return 0;
  return Math.max(0, Math.min(rowsMs.length - 1, Math.floor(Math.log10(ms / rowsMs[0]!) * ROWS_PER_DECADE + 1e-9)));
}

function quantile(bins: Uint32Array, total: number, q: number): number {
  const wanted = Math.max(1, Math.ceil(total * q));
  let seen = 0;
  let bin = 0;
  while (bin < bins.length - 1 && seen + bins[bin]! < wanted) seen += bins[bin++]!;
  return Number((LOWEST_MS * 10 ** ((bin + 0.5) / BINS_PER_DECADE)).toPrecision(3));
}
