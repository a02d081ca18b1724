/**
 * The view model: everything that a page, a terminal or a machine says of a run, as plain data. No markup, no colours;
 * times are ns since the start of the run, sentences are complete. `buildReportView` makes it, pure.
 */

import type { IsolationSummaryView, IsolationView } from './isolation-view.ts';
import type { OperationView, Outcome } from './operation-view.ts';

export type { OperationView, Outcome } from './operation-view.ts';

/** `not-tested`: nothing succeeded, so there was nothing to judge. */
export type VerdictWord = 'invalid' | 'valid' | 'unknown' | 'not-tested';

export interface ReasonView {
  /** Which check says it; null where the run itself does. */
  readonly checker: string | null;
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
}

export interface VerdictView {
  readonly word: VerdictWord;
  /** The one sentence. */
  readonly sentence: string;
  /** What it means, in one or two more. */
  readonly more: string;
  /** Of a conviction: what was done beyond what the system claims to survive. It is headed so where there is anything. */
  readonly outsideClaims: readonly string[];
  /** Why the verdict is unknown, or the environment failed. */
  readonly reasons: readonly ReasonView[];
  readonly counts: { readonly invoked: number; readonly ok: number; readonly fail: number; readonly info: number };
  readonly faultsProven: number;
  readonly faults: number;
  /** ns. */
  readonly duration: number;
}

/** A text in which operations are named: the page makes a button of each name. */
export type ProofPart = string | { readonly op: number; readonly words: string; readonly outcome: Outcome };

export interface ArrowView {
  /** Invocation indices. */
  readonly from: number;
  readonly to: number;
  /** `time`: from the end of one to the start of the other. `value`: what the returned value demands. */
  readonly kind: 'time' | 'value';
  readonly label: string;
}

/** An event as a place on the axis: equal times keep the order of their indices. */
export interface MomentView {
  readonly event: number;
  /** ns. */
  readonly time: number;
}

/** What the object could hold between two moments, under some legal order of the other operations drawn. */
export interface LegalSegment {
  readonly from: MomentView;
  readonly to: MomentView;
  /** Values in words; empty: anything. */
  readonly values: readonly string[];
}

export interface LegalRow {
  /** `key 12 may be`. */
  readonly label: string;
  readonly segments: readonly LegalSegment[];
  /** What was seen although it could not be: placed on the failing operation. */
  readonly observed: string;
}

export interface DrawingView {
  readonly ops: readonly OperationView[];
  /** The operations that cannot be explained. */
  readonly hits: readonly number[];
  /** Processes from top to bottom. */
  readonly lanes: readonly { readonly process: number; readonly node: string }[];
  readonly arrows: readonly ArrowView[];
  readonly legal: LegalRow | null;
  /** Fault windows that overlap what is drawn. */
  readonly windows: readonly { readonly id: string; readonly start: number; readonly end: number; readonly text: string }[];
  /** One sentence for those who do not see it. */
  readonly alt: string;
}

/** An operation in an order that a model accepts. */
export interface PlacedView {
  /** Invocation index. */
  readonly op: number;
  /** Index of the completion; null where it does not count when the operation ended. */
  readonly complete: number | null;
  readonly process: number;
  readonly node: string | null;
  readonly words: string;
  /** ns. */
  readonly start: number;
  /** ns; null where it does not count when the operation ended. */
  readonly end: number | null;
  /** False: it never got an answer. */
  readonly answered: boolean;
  /** The state after it, in words. */
  readonly state: string;
}

/** The longest order that can be had of a finding's operations, and why it ends there. */
export interface LinearizationView {
  /** The state at first; null where it may be anything. */
  readonly init: string | null;
  readonly placed: readonly PlacedView[];
  /** So many of them had to stand before the failing operation. */
  readonly settled: number;
  readonly failing: Omit<PlacedView, 'state'>;
  /** The states that the failing operation might have met, each with why it cannot happen there. */
  readonly refusals: readonly { readonly state: string; readonly why: string }[];
  /** What may have happened later, or never. */
  readonly unplaced: readonly Omit<PlacedView, 'state'>[];
  /** How many operations were taken into account before minimising. */
  readonly considered: number;
  readonly key: string | null;
}

export interface FindingView {
  /** `f1`, `f2`, … */
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly meaning: string;
  /** One line in the field's notation. */
  readonly formal: string;
  readonly sentence: string;
  readonly checker: string;
  readonly key: string | null;
  /** `during partition-1`, `0.3 s after kill-2 ended`. */
  readonly context: string | null;
  /** What that fault did: `n1 cut from n2, n3`. */
  readonly effect: string | null;
  /** When it shows: the start of the operation that cannot be explained, ns. */
  readonly time: number;
  readonly proof: readonly (readonly ProofPart[])[];
  readonly thus: string;
  /** null where there are no client operations to draw. */
  readonly drawing: DrawingView | null;
  /** null where the finding is not one of linearizability. */
  readonly linearization: LinearizationView | null;
  /** null where the finding is not one of isolation. */
  readonly isolation: IsolationView | null;
  /** All operations that the finding names, drawn or not; at most 40. */
  readonly ops: readonly OperationView[];
  readonly certificate: { readonly kind: string; readonly json: string };
  /** Other findings of the same kind, not drawn. */
  readonly others: readonly string[];
}

export interface CheckView {
  readonly name: string;
  readonly verdict: 'valid' | 'invalid' | 'unknown';
  /** What it looked at, in words: `8 of 8 keys, 41 903 configurations`. */
  readonly looked: string;
  /** The strongest consistency models that nothing refutes, in words; empty where the check was about none. */
  readonly mayHold: string;
  readonly anomalies: number;
  readonly undecided: readonly ReasonView[];
}

export interface ConditionView {
  readonly name: string;
  readonly met: boolean;
}

/** One fault, or the repeated faults of one crash loop, as one window. */
export interface FaultView {
  readonly id: string;
  readonly fault: string;
  readonly family: string;
  readonly nodes: readonly string[];
  /** ns; `end` is the end of the run where it was never healed. */
  readonly start: number;
  readonly end: number;
  /** How many injections stand behind it. */
  readonly times: number;
  readonly proven: boolean;
  readonly healed: boolean;
  /** What was done, in words: `n1 cut from n2, n3`. */
  readonly effect: string;
  /** What an independent probe measured, or why it is not proven. */
  readonly evidence: string;
  /** Acknowledged writes inside; null where the coverage check said nothing of it. */
  readonly writesAcked: number | null;
  /** False: no majority was left, so no acknowledged write is expected. */
  readonly leavesMajority: boolean | 'unknown';
  readonly counts: { readonly ok: number; readonly fail: number; readonly info: number } | null;
  /** Median and 99th percentile, ms, and the share of ok operations inside it; null where nothing was measured. */
  readonly okShare: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** From the completed heal to the first success of an operation that began after it, ms. */
  readonly recoveryMs: number | null;
  readonly recoveryMsByNode: Readonly<Record<string, number | null>>;
}

export interface TestedView {
  /** `Did this test test anything? Yes.` */
  readonly heading: string;
  readonly explanation: string;
  readonly conditions: readonly ConditionView[];
  readonly byF: readonly { readonly f: string; readonly ok: number; readonly refused: number; readonly fail: number; readonly info: number }[];
  readonly contention: { readonly keys: number; readonly contended: number; readonly share: number } | null;
  readonly families: readonly { readonly family: string; readonly injected: number; readonly proven: number; readonly withWrites: number }[];
  readonly gaps: readonly ReasonView[];
}

export interface TimelineBucket {
  readonly start: number;
  readonly end: number;
  /** Operations that ended in it, by outcome. */
  readonly ok: number;
  readonly info: number;
  readonly fail: number;
  /** Latency of ok operations from their intended start, ms; null where too few ended here. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Of the ok operations, how many fell into each row of the heat map, from fast to slow. */
  readonly heat: readonly number[];
}

/** A run of one outcome on a lane. */
export interface LaneMark {
  readonly start: number;
  readonly end: number;
  readonly outcome: Outcome;
  /** Invocation index, where the mark is one operation. */
  readonly op: number | null;
  /** How many operations it stands for. */
  readonly count: number;
  readonly words: string | null;
}

export interface LaneView {
  readonly label: string;
  readonly marks: readonly LaneMark[];
}

/** How a node was disturbed. */
export interface NodeSpan {
  readonly start: number;
  readonly end: number;
  readonly state: 'killed' | 'paused' | 'cut' | 'clock' | 'disk' | 'disturbed';
  readonly proven: boolean;
}

/** One stretch of time on all tracks. */
export interface TimelineRange {
  readonly id: string;
  readonly label: string;
  readonly start: number;
  readonly end: number;
  readonly operations: number;
  readonly buckets: readonly TimelineBucket[];
  readonly lanes: readonly LaneView[];
  /** Whether lanes show merged runs of operations in place of single ones. */
  readonly merged: boolean;
}

export interface TimelineView {
  readonly ranges: readonly TimelineRange[];
  readonly faults: readonly FaultView[];
  readonly findings: readonly { readonly id: string; readonly number: number; readonly time: number; readonly hits: readonly number[] }[];
  readonly nodes: readonly { readonly node: string; readonly spans: readonly NodeSpan[] }[];
  /** Lower edges of the heat map's rows, ms; the last row is open. */
  readonly heatRowsMs: readonly number[];
  /** Lanes beyond the number that is drawn. */
  readonly lanesLeftOut: number;
}

export interface LatencyRow {
  readonly name: string;
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface ErrorRow {
  readonly code: string;
  readonly message: string;
  readonly info: number;
  readonly fail: number;
}

export interface AvailabilityView {
  readonly okShare: number | null;
  readonly longestGap: { readonly ms: number; readonly from: number; readonly to: number } | null;
  readonly latency: readonly LatencyRow[];
  readonly errors: readonly ErrorRow[];
}

export interface ExcerptView {
  readonly ops: readonly OperationView[];
  readonly total: number;
  /** Which are included, in words. */
  readonly included: string;
}

export interface CommandView {
  readonly label: string;
  readonly command: string;
}

export interface EnvironmentView {
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly capabilities: readonly { readonly name: string; readonly ok: boolean; readonly found: string }[];
  readonly phases: readonly { readonly name: string; readonly start: number; readonly end: number }[];
  /** The resolved configuration as indented JSON. */
  readonly configuration: string;
}

export interface LogLineView {
  /** ns of the run's clock; null where the line says none that is understood. */
  readonly time: number | null;
  readonly node: string;
  readonly text: string;
  /** Reads like a warning or an error. */
  readonly alarming: boolean;
}

export interface LogsView {
  /** Around the first finding, all nodes together. */
  readonly near: { readonly finding: string; readonly from: number; readonly to: number; readonly lines: readonly LogLineView[] } | null;
  /** The last lines of each node. */
  readonly tails: readonly { readonly node: string; readonly file: string; readonly lines: readonly LogLineView[]; readonly leftOut: number | 'many' }[];
}

export interface ReportView {
  readonly schemaVersion: 1;
  readonly title: string;
  /** `raftkv`, `register`, `3 nodes`, `partition, kill`. */
  readonly scenario: readonly string[];
  readonly seed: string;
  readonly verdict: VerdictView;
  readonly findings: readonly FindingView[];
  /** null where no check was about transactions. */
  readonly isolation: IsolationSummaryView | null;
  readonly checks: readonly CheckView[];
  readonly tested: TestedView;
  readonly timeline: TimelineView;
  readonly availability: AvailabilityView;
  readonly excerpt: ExcerptView;
  readonly reproduce: readonly CommandView[];
  readonly environment: EnvironmentView;
  readonly logs: LogsView;
  readonly ordeal: string;
}
