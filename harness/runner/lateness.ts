/**
 * The harness's own lag: how long after it could have dispatched an operation (its intended start, or the completion that
 * made room for it) it did. What is measured here is ours, not the system's.
 */
import { build } from 'hdr-histogram-js';
import type { Ns } from '../contracts/index.ts';

const NS_PER_US = 1_000;
const HOUR_US = 3_600_000_000;

export class Lateness {
  readonly #histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: HOUR_US, numberOfSignificantValueDigits: 2, useWebAssembly: false });

  record(lag: number): void {
    this.#histogram.recordValue(Math.min(Math.max(0, Math.round(lag / NS_PER_US)), HOUR_US));
  }

  /** To the microsecond; 0 when nothing was recorded. */
  percentile(percent: number): Ns {
    return (this.#histogram.totalCount === 0 ? 0 : this.#histogram.getValueAtPercentile(percent) * NS_PER_US) as Ns;
  }

  max(): Ns {
    return (this.#histogram.totalCount === 0 ? 0 : this.#histogram.maxValue * NS_PER_US) as Ns;
  }
}
