/** What a finding tells: its operations, the proof as clauses, the contradiction as arrows. One teller per kind of certificate. */
import type { Anomaly, History } from '../../../harness/contracts/index.ts';
import { NS_PER_S } from '../../../harness/time/units.ts';
import type { IsolationView } from '../isolation-view.ts';
import { operationView } from '../operations.ts';
import type { ArrowView, LegalRow, LinearizationView, OperationView, ProofPart } from '../report-view.ts';

export interface Story {
  /** In order of invocation. */
  readonly ops: readonly OperationView[];
  /** Invocations that a person must see, where the rest only says how values came to be; all of them where absent. */
  readonly essential?: readonly number[];
  /** Invocations that cannot be explained. */
  readonly hits: readonly number[];
  readonly arrows: readonly ArrowView[];
  readonly proof: readonly (readonly ProofPart[])[];
  readonly thus: string;
  readonly legal: LegalRow | null;
  readonly key: string | null;
  /** How far its operations can be put in order, where it is about that. */
  readonly linearization?: LinearizationView;
  /** Where the anomaly's own sentence can be said better. */
  readonly headline?: string;
  /** Transactions and what orders them, where it is about isolation. */
  readonly isolation?: IsolationView;
}

/** Tells an anomaly; undefined where the certificate is of another kind. */
export type Teller = (history: History, anomaly: Anomaly) => Story | undefined;

/** What tells stories apart: as many decimals as keep different moments different, three at least. */
export class Clock {
  readonly #decimals: number;

  constructor(ops: readonly OperationView[]) {
    const moments = [...new Set(ops.flatMap((op) => [op.start, ...(op.end === null ? [] : [op.end])]))];
    let decimals = 3;
    while (decimals < 6 && new Set(moments.map((time) => (time / NS_PER_S).toFixed(decimals))).size < moments.length) decimals++;
    this.#decimals = decimals;
  }

  /** `12.4805 s`. */
  at(time: number): string {
    return `${(time / NS_PER_S).toFixed(this.#decimals)} s`;
  }
}

/** The operations of these invocations, in their order, each once. */
export function operationsAt(history: History, invocations: readonly number[]): OperationView[] {
  return [...new Set(invocations)]
    .filter((invoke) => invoke >= 0)
    .sort((a, b) => a - b)
    .map((invoke) => operationView(history, invoke));
}

/** A name in a proof. */
export function named(op: OperationView): ProofPart {
  return { op: op.index, words: op.words, outcome: op.outcome };
}

/** `Process 6 called [write 5] on n1 at 15.437 s, acknowledged at 15.440 s.` */
export function clause(op: OperationView, clock: Clock): ProofPart[] {
  const where = op.node === null ? '' : ` on ${op.node}`;
  const begin = `Process ${op.process} called `;
  if (op.outcome === 'info') return [begin, named(op), `${where} at ${clock.at(op.start)} and got no answer: it may have happened at any time since.`];
  if (op.outcome === 'fail')
    return [begin, named(op), `${where} at ${clock.at(op.start)}; it failed at ${clock.at(op.end ?? op.start)}${op.error === null ? '' : ` (${op.error})`}.`];
  return [begin, named(op), `${where} at ${clock.at(op.start)}, answered at ${clock.at(op.end ?? op.start)}.`];
}
