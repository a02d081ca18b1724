/** What a run of the workload came to, and what it has come to so far. */
import type { Ns, OpError } from '../contracts/index.ts';
import type { EventCounts } from './recorder.ts';

export interface ProgressSnapshot extends EventCounts {
  readonly time: Ns;
  /** Operations in flight. */
  readonly inFlight: number;
  /** Threads whose client is being opened. */
  readonly opening: number;
  /** Definite answers that came after their deadline: counted, never recorded. */
  readonly late: number;
  readonly openFailures: number;
  /** The latest error of a completion or an open, for the live view. */
  readonly lastError?: OpError;
}

export interface RunnerStats extends EventCounts {
  readonly late: number;
  readonly openFailures: number;
  /** From the first dispatch to the end of the drain. */
  readonly startedAt: Ns;
  readonly endedAt: Ns;
  /** The harness's own lag. */
  readonly dispatchLatenessP50Ns: Ns;
  readonly dispatchLatenessP99Ns: Ns;
  readonly dispatchLatenessMaxNs: Ns;
  /** All client processes of the run are below: later ones (final reads) start here. */
  readonly nextProcess: number;
}
