/**
 * Latencies of acknowledged operations, from the intended start where it is recorded: an operation that had to wait for a
 * free thread has been slow for its user too (no coordinated omission). Operations without an answer have no latency;
 * they are counted instead.
 */

import type { Histogram } from 'hdr-histogram-js';
import { build } from 'hdr-histogram-js';
import type { HistoryColumns, Value } from '../../harness/contracts/index.ts';
import { NS_PER_MS } from '../../harness/time/units.ts';

const NS_PER_US = 1_000;
const US_PER_MS = 1_000;
/** Ten hours: what is slower is counted as that. */
const LONGEST_US = 36_000_000_000;

/** Nanoseconds from the intended (or else the actual) start to the acknowledgement at event `completion`. */
export function latencyNs(columns: HistoryColumns, completion: number): number {
  const invocation = columns.pair[completion]!;
  const scheduled = columns.scheduled[invocation]!;
  return columns.time[completion]! - (Number.isNaN(scheduled) ? columns.time[invocation]! : scheduled);
}

/** One histogram, used again and again: three significant digits, microseconds. */
export class LatencyHistogram {
  readonly #histogram: Histogram = build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_US,
    numberOfSignificantValueDigits: 3,
  });

  record(ns: number): void {
    this.#histogram.recordValue(Math.min(LONGEST_US, Math.max(0, Math.round(ns / NS_PER_US))));
  }

  /** `{count, p50, p90, p99, p999, max}` in ms of what was recorded since the last time, null for nothing; starts anew. */
  take(): Value {
    const histogram = this.#histogram;
    if (histogram.totalCount === 0) return null;
    const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / US_PER_MS;
    const summary = { count: histogram.totalCount, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: histogram.maxValue / US_PER_MS };
    histogram.reset();
    return summary;
  }
}

/** How many of the acknowledgements were slower than the limit: exact, where the histogram rounds. */
export function slowerThan(columns: HistoryColumns, completions: Int32Array, limitMs: number): number {
  let slower = 0;
  for (let k = 0; k < completions.length; k++) if (latencyNs(columns, completions[k]!) > limitMs * NS_PER_MS) slower++;
  return slower;
}
