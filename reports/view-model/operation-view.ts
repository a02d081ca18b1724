/** One operation as every part of a report shows it. Plain data; times are ns since the start of the run. */

export type Outcome = 'ok' | 'fail' | 'info';

/** One operation of a client: an invocation and its completion. */
export interface OperationView {
  /** Index of the invocation in the history: its name everywhere on the page. */
  readonly index: number;
  /** Index of the completion; null where there is none. */
  readonly complete: number | null;
  readonly process: number;
  readonly node: string | null;
  readonly f: string;
  readonly key: string | null;
  /** `write 5`, `read → 7`, `cas 5 → 7, refused`: shortened where values are long. */
  readonly words: string;
  readonly outcome: Outcome;
  /** It happened, and its condition was not met. */
  readonly refused: boolean;
  /** When the client sent it, ns. */
  readonly start: number;
  /** When the whole answer was there; null where no answer came. */
  readonly end: number | null;
  /** When it was meant to be sent; null where the history does not say. */
  readonly scheduled: number | null;
  /** `code: message` of what went wrong. */
  readonly error: string | null;
}
