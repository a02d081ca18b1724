/**
 * The operations of a collection as elements: for each, the operation that put it in and the one that took it out. Made for
 * distinct elements; O(n).
 *
 * What is left out, and why that decides the same: an insert of unknown outcome whose element nobody got (leave it out of
 * a linearization with whatever took its element out, and the rest stands), and an optional removal whose element cannot
 * be there.
 */
import { NO_VALUE, type Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { type OperationClasses, REFUSED, UNKNOWN } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import type { Problem } from '../search/engine.ts';
import { showState } from '../search/model-space.ts';

export interface Pairs {
  /** How many elements there are. */
  readonly count: number;
  /** By element: positions of operations; -1 for one that was there at first, and for one that nothing took out. */
  readonly insert: Int32Array;
  readonly remove: Int32Array;
  /**
   * By element: intervals, in indices of events, narrowed to what the pair allows: an insert before its removal returned, a
   * removal after its insert was called. Elements that were there at first have instants below 0. A removal that need not
   * have happened returns NEVER; one that there is not is called NEVER.
   */
  readonly insertCall: Float64Array;
  readonly insertRet: Float64Array;
  readonly removeCall: Float64Array;
  readonly removeRet: Float64Array;
  /** By element: the value. */
  readonly value: readonly Value[];
  /** Operations that found nothing. */
  readonly empties: readonly number[];
  /** Removals of unknown outcome, by call: nobody knows what they took. */
  readonly unknownRemovals: readonly number[];
}

export type Pairing =
  | { readonly kind: 'pairs'; readonly pairs: Pairs }
  /** Operations that cannot all be: a removal of what was never there, or before, or twice. */
  | { readonly kind: 'illegal'; readonly core: readonly number[] }
  /** The same element was put in more than once. */
  | { readonly kind: 'repeated' };

/** Pairs the operations of a collection whose inserts are called `insert`; all others are removals. */
export function pairUp({ operations, classes }: Problem, insert: string): Pairing {
  return new PairUp(operations, classes, insert).run();
}

class PairUp {
  readonly #operations: KeyOperations;
  readonly #classes: OperationClasses;
  readonly #insertF: number;
  /** By value id of the history: the element. */
  readonly #elements = new Map<number, number>();
  readonly #values: number[] = [];
  readonly #insert: number[] = [];
  readonly #remove: number[] = [];
  /** By element: the place in the initial list; -1 for none. */
  readonly #initial: number[] = [];
  readonly #untouchedValues = new Map<number, Value>();
  readonly #empties: number[] = [];
  readonly #unknownRemovals: number[] = [];

  constructor(operations: KeyOperations, classes: OperationClasses, insert: string) {
    this.#operations = operations;
    this.#classes = classes;
    this.#insertF = classes.history.fs.indexOf(insert);
  }

  run(): Pairing {
    const { count, cls, ret } = this.#operations;
    const unpaired: number[] = [];
    for (let op = 0; op < count; op++) {
      const c = cls[op]!;
      if (this.#classes.f(c) === this.#insertF) {
        const element = this.#elementOf(this.#classes.input(c));
        if (this.#insert[element]! >= 0) return { kind: 'repeated' };
        this.#insert[element] = op;
      } else if (this.#classes.outcome(c) === UNKNOWN) this.#unknownRemovals.push(op);
      else if (this.#foundNothing(c)) {
        if (ret[op] !== NEVER) this.#empties.push(op);
      } else {
        const clash = this.#take(op, this.#elementOf(this.#classes.output(c)));
        if (clash !== undefined) unpaired.push(...clash);
      }
    }
    const repeated = this.#addInitial();
    if (repeated) return { kind: 'repeated' };
    if (unpaired.length > 0) return { kind: 'illegal', core: unpaired.slice(0, 2) };
    return this.#narrowed();
  }

  #elementOf(value: number): number {
    let element = this.#elements.get(value);
    if (element === undefined) {
      element = this.#values.push(value) - 1;
      this.#elements.set(value, element);
      this.#insert.push(-1);
      this.#remove.push(-1);
      this.#initial.push(-1);
    }
    return element;
  }

  #foundNothing(cls: number): boolean {
    return this.#classes.outcome(cls) === REFUSED || (this.#classes.history.value(this.#classes.output(cls)) ?? null) === null;
  }

  /** Gives the operations in the way where both certainly took the element. */
  #take(op: number, element: number): readonly number[] | undefined {
    const { ret } = this.#operations;
    const before = this.#remove[element]!;
    if (before < 0 || (ret[before] === NEVER && ret[op] !== NEVER)) this.#remove[element] = op;
    else if (ret[before] !== NEVER && ret[op] !== NEVER) return [before, op];
    return undefined;
  }

  /** Whether one of the initial elements was put in again, or is there twice. */
  #addInitial(): boolean {
    const init = showState(this.#classes.model, this.#classes.model.init) as readonly Value[];
    if (init.length === 0) return false;
    const byText = new Map(this.#values.map((value, element) => [canonicalJson(this.#classes.history.value(value) ?? null), element]));
    const seen = new Set<string>();
    return init.some((value, place) => {
      const text = canonicalJson(value);
      const element = byText.get(text);
      if (seen.has(text) || (element !== undefined && this.#insert[element]! >= 0)) return true;
      seen.add(text);
      this.#initial[element ?? this.#untouched(value)] = place;
      return false;
    });
  }

  /** An initial element that no operation names. */
  #untouched(value: Value): number {
    this.#untouchedValues.set(this.#values.length, value);
    this.#values.push(NO_VALUE);
    this.#insert.push(-1);
    return this.#remove.push(-1) - 1;
  }

  #valueOf(element: number): Value {
    return this.#untouchedValues.get(element) ?? this.#classes.history.value(this.#values[element]!) ?? null;
  }

  #narrowed(): Pairing {
    const { call, ret } = this.#operations;
    const kept: number[] = [];
    for (let element = 0; element < this.#values.length; element++) {
      const from = this.#insert[element]!;
      const to = this.#remove[element]!;
      const isThere = from >= 0 || (this.#initial[element] ?? -1) >= 0;
      const isTaken = to >= 0 && ret[to] !== NEVER;
      if (isTaken && (!isThere || (from >= 0 && ret[to]! < call[from]!))) return { kind: 'illegal', core: [from, to] };
      if (isThere && (isTaken || from < 0 || ret[from] !== NEVER)) kept.push(element);
    }
    return { kind: 'pairs', pairs: this.#pairsOf(kept) };
  }

  #pairsOf(kept: readonly number[]): Pairs {
    const { call, ret } = this.#operations;
    const count = kept.length;
    const times = (): Float64Array => new Float64Array(count);
    const pairs = { insertCall: times(), insertRet: times(), removeCall: times(), removeRet: times() };
    const size = this.#initial.reduce((most, place) => Math.max(most, (place ?? -1) + 1), 0);
    const remove = Int32Array.from(kept, (element) => this.#remove[element]!);
    const insert = Int32Array.from(kept, (element) => this.#insert[element]!);
    for (let i = 0; i < count; i++) {
      const from = insert[i]!;
      const to = remove[i]!;
      const since = from < 0 ? this.#initial[kept[i]!]! - size : call[from]!;
      const until = to < 0 ? NEVER : ret[to]!;
      pairs.insertCall[i] = since;
      pairs.insertRet[i] = Math.min(from < 0 ? since : ret[from]!, until);
      pairs.removeCall[i] = to < 0 ? NEVER : Math.max(call[to]!, since);
      pairs.removeRet[i] = until;
    }
    const value = kept.map((element) => this.#valueOf(element));
    return { count, insert, remove, ...pairs, value, empties: this.#empties, unknownRemovals: this.#unknownRemovals };
  }
}
