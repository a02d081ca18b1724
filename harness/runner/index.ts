/** The runner: carries out a workload and its final reads, and records what happened. */
export type { ClientPolicy } from './connections.ts';
export { type FinalReadsOptions, type FinalReadsResult, finalReads } from './final-reads.ts';
export type { RunWorkloadOptions } from './options.ts';
export type { EventCounts } from './recorder.ts';
export { runWorkload } from './run-workload.ts';
export type { ProgressSnapshot, RunnerStats } from './stats.ts';
