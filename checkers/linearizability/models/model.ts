/** What a sequential specification is: the interface of models, built in or a user's own. */
import type { Value } from '../../../harness/contracts/index.ts';

/** What `step` answers when the operation cannot happen in that state. */
export const INCONSISTENT: unique symbol = Symbol('inconsistent');

/** One operation of a history, as a model sees it. */
export interface ModelOperation {
  readonly f: string;
  /** The value of the invocation. */
  readonly input: Value;
  /** The value of the completion; undefined where the outcome is unknown. */
  readonly output: Value | undefined;
  /** `refused`: it happened, and its condition did not hold, so it changed nothing. `unknown`: it may have happened. */
  readonly outcome: 'ok' | 'refused' | 'unknown';
  /** Who did it, for models that are `ownerAware`; else absent. A process that met an unknown outcome goes on under a new number. */
  readonly process?: number;
}

/** What an operation does to a lock. */
export interface Hold {
  readonly by: Value;
  readonly change: 'taken' | 'given back';
}

/** A state that is a number, which operations move by so much, whatever it is. */
export interface CountForm {
  /** By how much an operation that takes effect changes the count; 0 for one that only looks. */
  delta(op: ModelOperation): number;
  /** The count that the operation saw, its own change included; undefined where it does not say. */
  sees(op: ModelOperation): number | undefined;
  /** The count is never less, and never more. */
  readonly least: number;
  readonly most: number;
}

/** What `element` answers for an operation that sees the whole collection. */
export const EVERY_ELEMENT: unique symbol = Symbol('every element');

/** An operation in terms of a register: one value, read, written, exchanged, or seen to differ from something. */
export type RegisterOperation =
  | { readonly kind: 'read'; readonly value: Value }
  | { readonly kind: 'write'; readonly value: Value }
  | { readonly kind: 'cas'; readonly from: Value; readonly to: Value }
  | { readonly kind: 'differs'; readonly from: Value };

/**
 * A deterministic sequential object. `init` and `step` are enough; the rest makes checking faster or explanations better.
 * States are immutable: `step` returns a new one. A model that breaks what it declares is found out, and the verdict is
 * `unknown`.
 */
export interface Model<S = unknown> {
  readonly name: string;
  readonly summary: string;
  /** The operations that it knows. Others are foreign to it. */
  readonly fs: readonly string[];
  readonly init: S;
  /**
   * The state after `op` in `state`, or INCONSISTENT when `op` cannot have that outcome there. For an unknown outcome: the
   * state when it does take effect (INCONSISTENT, or the same state, where it would have none).
   */
  step(state: S, op: ModelOperation): S | typeof INCONSISTENT;
  /** Two states are the same when their keys are. By default the canonical JSON of the state. */
  key?(state: S): string | number;
  /** Instead of `key`: equality, and a hash that agrees with it (32 bits). */
  equal?(a: S, b: S): boolean;
  hash?(state: S): number;
  /** The state in a report. By default the state itself, where it is JSON. */
  show?(state: S): Value;

  /** Operations that never change the state, whatever their outcome. With an unknown outcome they are left out. */
  readonly observers?: readonly string[];
  /** Operations that can happen in every state, with a result that says nothing: a write, a put, an append. */
  readonly blind?: readonly string[];
  /** Blind operations after which nothing of the state before is left: a write, a put. */
  readonly overwriting?: readonly string[];
  /** Operations with a condition. See `failedConditions`. */
  readonly conditional?: readonly string[];
  /**
   * What a `fail` without an error means for a conditional operation: `no-op`, it did not happen and saw nothing; or
   * `observation`, its condition did not hold. A `fail` with an error is never an observation.
   */
  readonly failedConditions?: 'no-op' | 'observation';
  /** Beside `observers`: whether the operation, with this outcome, leaves every state in which it can happen as it is. */
  changesNothing?(op: ModelOperation): boolean;
  /** Whether it matters which process does an operation: to a lock, who holds it. */
  readonly ownerAware?: boolean;
  /** What the model was made from, where `show(init)` does not say all of it: the bounds of a counter. */
  readonly madeFrom?: Value;
  /** Whether the values have the shape that `step` expects. Operations that have not are foreign to the model. */
  accepts?(op: ModelOperation): boolean;

  /** Where the object is a register: opens the engines for registers. Must agree with `step`. */
  asRegister?(op: ModelOperation): RegisterOperation;
  /**
   * Collections: the element that the operation puts in, takes out or asks for; EVERY_ELEMENT where it sees them all;
   * undefined where it concerns none (a dequeue that found nothing: the others stand without it), or nobody knows which (an
   * unknown dequeue, which takes out one at most). Leave all operations about an element out of a legal sequence, and it must be legal: convictions get
   * small by it.
   */
  element?(op: ModelOperation): Value | undefined | typeof EVERY_ELEMENT;
  /**
   * Locks: whose the lock is by the operation, and whether it takes the lock or gives it back. While somebody holds it nobody
   * else takes it, so what one owner does from taking it to giving it back can be left out together; undefined for an
   * operation that was refused.
   */
  hold?(op: ModelOperation): Hold | undefined;
  /**
   * The states that the object may be in before these operations, when nothing is known of what was before: all of them, but
   * for those in which not all of the operations with a known outcome can happen. Convictions get short by it.
   */
  anyState?(ops: readonly ModelOperation[]): readonly S[];
  /** Where the state is a number that operations add to: long histories are convicted by sums. Must agree with `step`. */
  readonly count?: CountForm;
  /** Elsewhere: what the operation puts into the state so that it can be recognised, undefined where that cannot be said. */
  produces?(op: ModelOperation): Value | undefined;
  /** Whether what the operation saw contains what another one produced. */
  shows?(op: ModelOperation, produced: Value): boolean;
  /**
   * What an update produces stays in the state, for whoever sees it to see, until an overwriting operation. Then updates whose
   * product nobody saw can be left out: convictions get small by it. Conditional operations see what they do not show.
   */
  readonly lasting?: boolean;
  /**
   * States of parts, of each of which an operation sees what the last update of that part made, or nothing: whether the
   * operation may have seen what the update made. Then updates that nobody saw can be left out.
   */
  sees?(op: ModelOperation, update: ModelOperation): boolean;
}
