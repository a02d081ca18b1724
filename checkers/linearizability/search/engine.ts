/** What an engine is: something that decides whether the operations of one key can be put in order. */
import type { Budget } from '../../../harness/contracts/index.ts';
import type { OperationClasses } from '../problem/operation-classes.ts';
import type { KeyOperations } from '../problem/prepare.ts';

export interface Problem {
  readonly operations: KeyOperations;
  readonly classes: OperationClasses;
  /** The state before the first operation, where it is not the model's. */
  readonly init?: unknown;
}

export interface Limits {
  readonly budget: Budget;
  /** How many configurations to look at before giving up. */
  readonly configurations: number;
  /** Bytes held by others, on top of which the engine counts its own. */
  readonly bytesHeld: number;
}

export type Decision =
  /** All known operations, and some of the unknown, as positions in KeyOperations, in an order that the model accepts. */
  | { readonly kind: 'legal'; readonly witness: Int32Array; readonly explored: number }
  /**
   * There is no such order. `suspect` (a position in KeyOperations) is where to look: the history up to its return, or to
   * one a little later, has none already. With `certain` it is the one up to its return. `core`: operations that, with those
   * that could have made what they saw (collections: with all about their elements), are proof of that.
   */
  | { readonly kind: 'illegal'; readonly suspect: number; readonly certain?: true; readonly core?: Int32Array; readonly explored: number }
  /** Given up, or (`unsuitable`) not made for this. `suspect`: as far as it got, an operation that returned nowhere. */
  | {
      readonly kind: 'undecided';
      readonly why: 'time' | 'memory' | 'cancelled' | 'configurations' | 'unsuitable';
      readonly suspect?: number;
      readonly explored: number;
    };

export interface Engine {
  readonly name: string;
  decide(problem: Problem, limits: Limits): Decision;
}
