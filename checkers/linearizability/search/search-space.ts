/** What a search needs to know of one key: operations, and a table of state transitions in small integers. */
import type { Value } from '../../../harness/contracts/index.ts';

/** "The operation cannot happen in that state." */
export const IMPOSSIBLE = -1;

/** A model as integers. States are dense; class ordinals are those of the search space. */
export interface Transitions {
  readonly init: number;
  /** The state after an operation of class `cls`, or IMPOSSIBLE. */
  step(state: number, cls: number): number;
  /** OBSERVER, BLIND, OVERWRITING. */
  traits(cls: number): number;
  /** A state in words of the model. */
  show(state: number): Value;
  readonly bytes: number;
}

/** Who makes, who asks for and who else cares about for each state of a register. */
export interface Demand {
  /** By state: operations that lead to it. */
  readonly makers: readonly (readonly number[])[];
  /** By state: known operations that can only happen in it. */
  readonly askers: readonly (readonly number[])[];
  /** By state: other operations to which it makes a difference: refused ones, unknown exchanges. */
  readonly others: readonly (readonly number[])[];
}

/** Operations ordered by call. Some operations of the key may have been left out, where that cannot change the verdict. */
export interface SearchSpace {
  readonly count: number;
  /** Distinct, ascending. */
  readonly call: Int32Array;
  /** NEVER where the outcome is unknown. */
  readonly ret: Int32Array;
  readonly cls: Int32Array;
  /** The position of each operation in its KeyOperations. */
  readonly origin: Int32Array;
  readonly transitions: Transitions;
  /** Registers only. */
  readonly demand?: Demand;
}
