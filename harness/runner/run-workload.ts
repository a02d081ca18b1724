/** Runs a workload against nodes: the front of `WorkloadRun`. */
import type { RunWorkloadOptions } from './options.ts';
import type { RunnerStats } from './stats.ts';
import { WorkloadRun } from './workload-run.ts';

/**
 * Dispatches until the generator is done or the signal is aborted, drains, closes every client.
 *
 * Rejects with ORDEAL_BAD_GENERATOR when the generator is at fault (after the drain), with what the sink threw when the
 * history cannot be written (at once).
 */
export function runWorkload(options: RunWorkloadOptions): Promise<RunnerStats> {
  return new WorkloadRun(options).run();
}
