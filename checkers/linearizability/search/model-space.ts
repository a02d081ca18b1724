/** Any model as a search space: states are interned, each transition is computed once. */
import type { Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { INCONSISTENT, type Model, type ModelOperation } from '../models/model.ts';
import { BLIND, OBSERVER, type OperationClasses, OVERWRITING } from '../problem/operation-classes.ts';
import type { KeyOperations } from '../problem/prepare.ts';
import { TupleTable } from '../problem/tuple-table.ts';
import { IMPOSSIBLE, type SearchSpace, type Transitions } from './search-space.ts';

/** A rough size of a state and what is kept about it: nobody can measure a user's objects. */
const BYTES_PER_STATE = 200;

/** The operations of a key under the model that their classes were made for. Throws where the model breaks what it declares. */
export function modelSpace(operations: KeyOperations, classes: OperationClasses, init: unknown = classes.model.init): SearchSpace {
  const { count, call, ret, cls } = operations;
  return { count, call, ret, cls, origin: Int32Array.from({ length: count }, (_, i) => i), transitions: new ModelTransitions(classes, init) };
}

class ModelTransitions implements Transitions {
  readonly init: number;
  readonly #classes: OperationClasses;
  readonly #model: Model;
  readonly #states: unknown[] = [];
  readonly #byKey = new Map<string | number, number>();
  readonly #byHash = new Map<number, number[]>();
  readonly #pairs = new TupleTable(2);
  readonly #pair = new Int32Array(2);
  readonly #after: number[] = [];
  readonly #operations = new Map<number, ModelOperation>();
  readonly #overwritten = new Map<number, number>();

  constructor(classes: OperationClasses, init: unknown) {
    this.#classes = classes;
    this.#model = classes.model;
    this.init = this.#intern(init);
  }

  get bytes(): number {
    return this.#pairs.bytes + this.#after.length * 8 + (this.#states.length + this.#operations.size) * BYTES_PER_STATE;
  }

  step(state: number, cls: number): number {
    const pair = this.#pair;
    pair[0] = state;
    pair[1] = cls;
    const known = this.#pairs.count;
    const ordinal = this.#pairs.intern(pair);
    if (ordinal < known) return this.#after[ordinal]!;
    const after = this.#compute(state, cls);
    this.#after.push(after);
    return after;
  }

  traits(cls: number): number {
    return this.#classes.traits(cls);
  }

  show(state: number): Value {
    return showState(this.#model, this.#states[state]);
  }

  #compute(state: number, cls: number): number {
    let operation = this.#operations.get(cls);
    if (!operation) {
      operation = this.#classes.operation(cls);
      this.#operations.set(cls, operation);
    }
    const result = this.#model.step(this.#states[state], operation);
    const after = result === INCONSISTENT ? IMPOSSIBLE : this.#intern(result);
    this.#insist(state, cls, after, operation);
    return after;
  }

  /** A model that breaks what it declares would make the search unsound. */
  #insist(state: number, cls: number, after: number, operation: ModelOperation): void {
    const traits = this.#classes.traits(cls);
    const broken = (claim: string): Error => new Error(`the model "${this.#model.name}" says that "${operation.f}" ${claim}`);
    if (traits & OBSERVER && after !== IMPOSSIBLE && after !== state) throw broken('changes nothing, but it changed the state');
    if (traits & BLIND && after === IMPOSSIBLE) throw broken('can happen in every state, but its step answered INCONSISTENT');
    if (traits & OVERWRITING) {
      const before = this.#overwritten.get(cls);
      if (before !== undefined && before !== after) throw broken('leaves nothing of the state before, but two states led to two');
      this.#overwritten.set(cls, after);
    }
  }

  #intern(state: unknown): number {
    const { equal, hash } = this.#model;
    return equal && !this.#model.key ? this.#internByEquality(state, equal.bind(this.#model), hash?.bind(this.#model)) : this.#internByKey(state);
  }

  #internByKey(state: unknown): number {
    const key = this.#model.key ? this.#model.key(state) : keyOf(state);
    let id = this.#byKey.get(key);
    if (id === undefined) {
      id = this.#states.push(state) - 1;
      this.#byKey.set(key, id);
    }
    return id;
  }

  #internByEquality(state: unknown, equal: (a: unknown, b: unknown) => boolean, hash: ((state: unknown) => number) | undefined): number {
    const bucketKey = hash?.(state) ?? 0;
    let bucket = this.#byHash.get(bucketKey);
    if (!bucket) {
      bucket = [];
      this.#byHash.set(bucketKey, bucket);
    }
    for (const id of bucket) if (equal(this.#states[id], state)) return id;
    const id = this.#states.push(state) - 1;
    bucket.push(id);
    return id;
  }
}

/** The default key of a state: its JSON. Throws for what JSON cannot say, where two different states would look the same. */
export function keyOf(state: unknown): string | number {
  if (typeof state === 'number' && Number.isFinite(state)) return state;
  if (!isJson(state)) throw new Error('a state of the model is not JSON (a Map, a Set, a class, undefined, …): the model needs `key`, or `equal` and `hash`');
  return canonicalJson(state);
}

function isJson(value: unknown): value is Value {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.every(isJson);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isJson);
}

/** A state as a value for reports. */
export function showState(model: Model, state: unknown): Value {
  return model.show ? model.show(state) : (state as Value);
}
