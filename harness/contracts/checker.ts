/** Workloads, checkers and verdicts. */
import type { Generator } from './generator.ts';
import type { History, Invocation, OperationSpec } from './history.ts';
import type { ModuleRef, NodeId, Options, Value } from './value.ts';

/** What a workload's generators are told of the run. */
export interface WorkloadContext {
  readonly nodes: readonly NodeId[];
  readonly concurrency: number;
}

/** The same at the end of it. */
export interface FinalContext extends WorkloadContext {
  /** How many operations clients have invoked: what there may be to read. */
  readonly invoked: number;
}

export interface Workload<P = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly options: Options<P>;
  operations(options: P): readonly OperationSpec[];
  /** What clients do while faults hit. Endless: the run's time limit and rate are put around it. */
  generator(options: P, context: WorkloadContext): Generator<Invocation>;
  /** After healing and settling: final reads, which the lifecycle sends to every node until each has answered one. */
  final?(options: P, context: FinalContext): readonly Invocation[];
  /** Checkers by reference: they run in worker threads. `documented`: the consistency model that the system documents (rule 27). */
  checks(options: P, documented?: string): readonly ModuleRef[];
}

/** A checker asks in its loops; the clock behind it is real time, outside the checker. */
export interface Budget {
  exceeded(bytesHeld: number): false | 'time' | 'memory' | 'cancelled';
  progress(done: number, total: number): void;
}

export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
}

export interface Anomaly {
  /** In the field's words: `nonlinearizable`, `stale-read`, `lost`, `duplicate`, `failed-but-visible`, … */
  readonly type: string;
  /** Indices of the events that show it, at least one. */
  readonly ops: readonly number[];
  /** One plain sentence with processes, values and times. */
  readonly sentence: string;
  /** Re-checked by an independent verifier, found by `kind`, before the anomaly is reported. */
  readonly certificate: { readonly kind: string; readonly data: Value };
}

export type Result = {
  readonly checker: string;
  readonly stats: Value;
  /** What a valid or invalid verdict does not cover. */
  readonly undecided?: readonly Reason[];
} & (
  | { readonly valid: true }
  | { readonly valid: false; readonly anomalies: readonly [Anomaly, ...Anomaly[]] }
  | { readonly valid: 'unknown'; readonly reasons: readonly [Reason, ...Reason[]] }
);

/** Part `index` of `of`. */
export interface Part {
  readonly index: number;
  readonly of: number;
}

/**
 * A check that can be taken apart: each part is judged by itself, in a thread of its own, over the same columns. What `merge`
 * makes of the parts must be what `check` gives, whatever their number.
 */
export interface CheckParts<P = unknown> {
  /** How many parts pay at most; 1 where the check is not worth it. */
  most(history: History, options: P): number;
  /** What one part finds, as plain data. */
  find(history: History, options: P, part: Part, budget: Budget): unknown;
  /** The result of what was found; `lost`: why some parts found nothing. Throws what `check` throws. */
  merge(history: History, options: P, findings: readonly unknown[], lost: readonly Reason[]): Result;
}

/** Synchronous, pure, no I/O. What throws becomes `unknown`, never `valid`. */
export interface Checker<P = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly options: Options<P>;
  check(history: History, options: P, budget: Budget): Result;
  readonly parts?: CheckParts<P>;
}
