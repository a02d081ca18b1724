/** What a report says of anomalies of isolation: transactions, what orders them, and what proves each step. Plain data. */
import type { OperationView } from './operation-view.ts';

/** `finding`: no dependency, but what the anomaly is about. */
export type DependencyKind = 'ww' | 'wr' | 'rw' | 'realtime' | 'process' | 'finding';

/** One read or write within a transaction. */
export interface MicroOpView {
  /** `append x 3`, `read x → [1 2]`. */
  readonly words: string;
  /** Whether the anomaly is about it. */
  readonly lit: boolean;
}

export interface TransactionView {
  /** `T37`, by its completion: as sentences of checkers name it. */
  readonly name: string;
  readonly operation: OperationView;
  readonly microOps: readonly MicroOpView[];
}

/** One event that proves a step. */
export interface EvidenceView {
  /** Index of the event in the history. */
  readonly event: number;
  /** The operation that it belongs to, by its index. */
  readonly op: number;
  readonly name: string;
  readonly process: number;
  readonly node: string | null;
  /** ns. */
  readonly time: number;
  /** `appended 3 to x`, `read x → [1 2 3]`, `was acknowledged`. */
  readonly words: string;
}

/** A step: one transaction comes before another. */
export interface DependencyView {
  /** Operations by their indices; one twice where something is wrong within it. */
  readonly from: number;
  readonly to: number;
  /** Places of the micro-operations within their transactions; null where it is about the whole. */
  readonly fromOp: number | null;
  readonly toOp: number | null;
  readonly kind: DependencyKind;
  /** `wr x`; of a finding what is wrong. */
  readonly label: string;
  /** `T5 read [1 2] in x, with 2 of T3`. */
  readonly words: string;
  /** Why that orders them. */
  readonly rule: string;
  readonly evidence: readonly EvidenceView[];
}

/** One side of an either/or: what is assumed, and the cycle that it closes. */
export interface BranchView {
  readonly assumption: string;
  readonly steps: readonly string[];
}

/** A proof by cases: whichever write came first, there is a contradiction. */
export interface ChoiceView {
  /** Orders that are settled first, each as its opposite closes a cycle. */
  readonly settled: readonly BranchView[];
  readonly either: BranchView;
  readonly or: BranchView;
}

/** `proved`: from the history alone. `assumption`: it rests on something that the history cannot show. */
export type Standing = 'proved' | 'assumption';

export interface IsolationView {
  /** `Read skew`. */
  readonly phenomenon: string;
  readonly meaning: string;
  readonly standing: Standing;
  /** What it rests on. */
  readonly basis: string;
  readonly transactions: readonly TransactionView[];
  /** Whether the dependencies form a circle. */
  readonly cyclic: boolean;
  readonly dependencies: readonly DependencyView[];
  readonly choice: ChoiceView | null;
}

/** An anomaly told: the sentence in the words of the domain, what follows, and all that shows it. */
export interface IsolationStory {
  readonly headline: string;
  readonly isolation: IsolationView;
  readonly thus: string;
}

/** Anomalies of one class: how many, on which keys, inside which fault windows. */
export interface AnomalyClusterView {
  readonly type: string;
  readonly title: string;
  /** All that were found. */
  readonly count: number;
  /** Those that are spelled out: keys and windows are counted over these. */
  readonly told: number;
  readonly keys: readonly { readonly key: string; readonly count: number }[];
  readonly windows: readonly { readonly id: string; readonly count: number }[];
  /** Those that fall into no fault window. */
  readonly outside: number;
}

/** What a run says of isolation levels. */
export interface IsolationSummaryView {
  readonly asked: readonly string[];
  /** The weakest models that cannot hold. */
  readonly refuted: readonly string[];
  /** The strongest models that nothing refutes. */
  readonly mayHold: readonly string[];
  readonly clusters: readonly AnomalyClusterView[];
  /** What was not decided, and whether that is for want of time or memory. */
  readonly open: readonly { readonly exhausted: boolean; readonly message: string }[];
}
