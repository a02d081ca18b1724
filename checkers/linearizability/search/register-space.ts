/**
 * A register as a search space: states are values, and what cannot be told apart is made the same.
 *
 * - Values that no operation asks for (no read returns them, no cas expects them, no refused cas was about them) are one
 *   state, "something else": all observers answer alike in it.
 * - An unknown write or cas of such a value is left out where no cas was refused on this key: take it out of any
 *   linearization, and whoever observed something before still observes it, since nobody saw the state that it made.
 *   With a refused cas that does not hold: the unknown write may be exactly what made the condition false.
 */
import type { Value } from '../../../harness/contracts/index.ts';
import { BLIND, CAS, DIFFERS, OBSERVER, type OperationClasses, OVERWRITING, READ, WRITE } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import { TupleTable } from '../problem/tuple-table.ts';
import { type Demand, IMPOSSIBLE, type SearchSpace, type Transitions } from './search-space.ts';

const TRAITS_OF_KIND: readonly number[] = [OBSERVER, BLIND | OVERWRITING, 0, OBSERVER];

/** The operations of a key of a model with `asRegister`. */
export function registerSpace(operations: KeyOperations, classes: OperationClasses, init: Value = classes.model.init as Value): SearchSpace {
  const all = Array.from({ length: operations.count }, (_, i) => i);
  const kept = Int32Array.from(keepNeeded(all, (op) => operations.ret[op] === NEVER, operations, classes));
  const asked = askedFor(operations, classes, kept);
  const states = new RegisterStates(classes.values.id(init), asked);
  const table = new TupleTable(3);
  const tuple = new Int32Array(3);
  const count = kept.length;
  const space = { call: new Int32Array(count), ret: new Int32Array(count), cls: new Int32Array(count) };
  for (let i = 0; i < count; i++) {
    const op = kept[i]!;
    const cls = operations.cls[op]!;
    space.call[i] = operations.call[op]!;
    space.ret[i] = operations.ret[op]!;
    tuple[0] = classes.kind(cls);
    tuple[1] = states.of(classes.from(cls));
    tuple[2] = states.of(classes.to(cls));
    space.cls[i] = table.intern(tuple);
  }
  const transitions = new RegisterTransitions(table, states, classes);
  return { count, ...space, origin: kept, transitions, demand: demandOf(space.cls, space.ret, table, states.values.length) };
}

function demandOf(cls: Int32Array, ret: Int32Array, table: TupleTable, states: number): Demand {
  const byState = (): number[][] => Array.from({ length: states }, () => []);
  const demand = { makers: byState(), askers: byState(), others: byState() };
  for (let op = 0; op < cls.length; op++) {
    const kind = table.at(cls[op]!, 0);
    if (kind === WRITE || kind === CAS) demand.makers[table.at(cls[op]!, 2)]!.push(op);
    if (kind === WRITE) continue;
    const asks = ret[op] !== NEVER && kind !== DIFFERS;
    (asks ? demand.askers : demand.others)[table.at(cls[op]!, 1)]!.push(op);
  }
  return demand;
}

/**
 * Those of `candidates` (by call) that may matter, in the same order: all that are not unknown, and unknown ones that make a
 * value which one of these asks for, or one that matters for that, and so on. A refused operation asks for any other value,
 * once: for d of those the first d unknown writes of what nobody asks for will do, for they can take the places of later ones.
 */
export function keepNeeded(candidates: readonly number[], isUnknown: (op: number) => boolean, operations: KeyOperations, classes: OperationClasses): number[] {
  const kind = (op: number): number => classes.kind(operations.cls[op]!);
  const from = (op: number): number => classes.from(operations.cls[op]!);
  const makers = new Map<number, number[]>();
  const needed = new Set<number>();
  const todo: number[] = [];
  let refused = 0;
  for (const op of candidates) {
    if (!isUnknown(op)) {
      if (kind(op) === DIFFERS) refused++;
      needed.add(op);
      todo.push(from(op));
      continue;
    }
    const made = classes.to(operations.cls[op]!);
    const others = makers.get(made);
    if (others) others.push(op);
    else makers.set(made, [op]);
  }
  let anything: ReadonlySet<number> = new Set();
  while (todo.length > 0) {
    for (let value = todo.pop(); value !== undefined; value = todo.pop()) {
      for (const op of makers.get(value) ?? []) {
        needed.add(op);
        todo.push(from(op));
      }
      makers.delete(value);
    }
    if (refused === 0) break;
    anything = firstOfAnything(candidates, (op) => kind(op) === WRITE, needed, refused);
    // an exchange among them asks for a value itself
    for (const op of anything) if (makers.has(from(op))) todo.push(from(op));
  }
  return candidates.filter((op) => needed.has(op) || anything.has(op));
}

/** What is not needed, up to so many writes. */
function firstOfAnything(candidates: readonly number[], isWrite: (op: number) => boolean, needed: ReadonlySet<number>, writes: number): Set<number> {
  const first = new Set<number>();
  let left = writes;
  for (const op of candidates) {
    if (left === 0) break;
    if (needed.has(op)) continue;
    first.add(op);
    if (isWrite(op)) left--;
  }
  return first;
}

/** The values that some operation asks for. */
function askedFor(operations: KeyOperations, classes: OperationClasses, kept: Int32Array): Set<number> {
  const asked = new Set<number>();
  for (const op of kept) {
    const from = classes.from(operations.cls[op]!);
    if (from >= 0) asked.add(from);
  }
  return asked;
}

/** Dense states for values. */
class RegisterStates {
  readonly init: number;
  /** The value of each state. */
  readonly values: number[] = [];
  readonly #states = new Map<number, number>();
  readonly #asked: ReadonlySet<number>;
  #other = -1;

  constructor(init: number, asked: ReadonlySet<number>) {
    this.#asked = asked;
    this.init = this.of(init);
  }

  /** -1 for no value. */
  of(value: number): number {
    if (value < 0) return -1;
    if (!this.#asked.has(value)) {
      if (this.#other < 0) this.#other = this.values.push(value) - 1;
      return this.#other;
    }
    let state = this.#states.get(value);
    if (state === undefined) {
      state = this.values.push(value) - 1;
      this.#states.set(value, state);
    }
    return state;
  }
}

class RegisterTransitions implements Transitions {
  readonly init: number;
  readonly #states: RegisterStates;
  readonly #classes: OperationClasses;
  readonly #kind: Uint8Array;
  readonly #from: Int32Array;
  readonly #to: Int32Array;

  constructor(table: TupleTable, states: RegisterStates, classes: OperationClasses) {
    this.init = states.init;
    this.#states = states;
    this.#classes = classes;
    this.#kind = Uint8Array.from({ length: table.count }, (_, i) => table.at(i, 0));
    this.#from = Int32Array.from({ length: table.count }, (_, i) => table.at(i, 1));
    this.#to = Int32Array.from({ length: table.count }, (_, i) => table.at(i, 2));
  }

  get bytes(): number {
    return this.#kind.length * 9 + this.#states.values.length * 60;
  }

  step(state: number, cls: number): number {
    switch (this.#kind[cls]) {
      case READ:
        return state === this.#from[cls] ? state : IMPOSSIBLE;
      case WRITE:
        return this.#to[cls]!;
      case CAS:
        return state === this.#from[cls] ? this.#to[cls]! : IMPOSSIBLE;
      default:
        return state === this.#from[cls] ? IMPOSSIBLE : state;
    }
  }

  traits(cls: number): number {
    return TRAITS_OF_KIND[this.#kind[cls]!]!;
  }

  show(state: number): Value {
    return this.#classes.values.value(this.#states.values[state]!);
  }
}
