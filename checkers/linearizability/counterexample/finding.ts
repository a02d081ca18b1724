/** What a conviction says, as plain data: the certificate that the verifier re-checks and the report draws. */
import type { Value } from '../../../harness/contracts/index.ts';

/** The kind of certificate of this folder. */
export const SUB_HISTORY = 'linearizability/sub-history';

/** An operation of a minimised sub-history. Times in ns of the run, indices of events. */
export interface CertifiedOperation {
  readonly invoke: number;
  /** null where there is no completion. */
  readonly complete: number | null;
  readonly process: number;
  readonly f: string;
  readonly input: Value;
  /** null where the outcome is, or was made, unknown. */
  readonly output: Value;
  readonly outcome: 'ok' | 'refused' | 'unknown';
  readonly start: number;
  /** null where the outcome is, or was made, unknown. */
  readonly end: number | null;
  readonly node: string | null;
}

/**
 * A sub-history that is not linearizable, and why that convicts the history: it is the history weakened. Left out are only
 * observers, operations called after `until`, operations on other keys; registers only: what returned before `from` (then
 * the register may hold anything at `from`), and updates to values that nothing kept asks for.
 */
export interface SubHistoryCertificate {
  readonly model: string;
  readonly init: Value;
  /** How the `fail` of a conditional operation without an error was read. */
  readonly failedConditions: 'no-op' | 'observation';
  /** null for a history without keys. */
  readonly key: string | number | null;
  readonly keyed: boolean;
  /** Index of the first event that is taken into account; null: from the beginning, with the model's initial state. */
  readonly from: number | null;
  /** Index of the completion of the operation that cannot be explained. */
  readonly until: number;
  /** Index of the invocation of the operation that cannot be explained. */
  readonly failing: number;
  /** What that operation saw. */
  readonly observed: Value;
  /** The states in which it could have happened, as far as all others go. None of them allows it. */
  readonly states: readonly Value[];
  readonly ops: readonly CertifiedOperation[];
  /** Invocations of failed (or refused) operations that would have made the value that was seen. */
  readonly culprits: readonly number[];
  /** How many operations on the key were taken into account before minimising. */
  readonly considered: number;
  /** Absent where it was not found soon. */
  readonly prefix?: LinearizablePrefix;
}

/** The kind of certificate of counts that cannot be. */
export const OUTSIDE_COUNT = 'linearizability/outside-count';

/** An operation that saw a count, or after which the count would be one, that no order allows: by adding up what had, and what could have, happened. */
export interface OutsideCountCertificate
  extends Pick<SubHistoryCertificate, 'model' | 'init' | 'failedConditions' | 'key' | 'keyed' | 'failing' | 'until' | 'culprits'> {
  /** The count that it saw; null where it does not say, and the limits of the model are broken. */
  readonly observed: number | null;
  /** The count can have been no less, and no more. */
  readonly least: number;
  readonly most: number;
}

/** How far a sub-history can be put in order, and why that is where it ends. */
export interface LinearizablePrefix {
  /** The state before the first; absent where it may be anything. */
  readonly init?: Value;
  /** All operations but the failing one that count by then, in an order that the model accepts, each with the state after it. */
  readonly order: readonly { readonly invoke: number; readonly state: Value }[];
  /** So many of them had to stand before the failing one: it might have met the state there, or any later. */
  readonly settled: number;
  /** For each of the certificate's `states` why the failing operation cannot happen there. */
  readonly refusals: readonly { readonly state: Value; readonly why: string }[];
}
