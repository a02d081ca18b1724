/**
 * Sets, element by element: each is a register that holds "there" or "not there". A set without operations that see all
 * elements is linearizable when each element is (linearizability is local), and instants at which the operations on each take
 * effect give one order for all. O(n log n) beside the searches.
 *
 * Most elements need no search: one order of their operations, by call or by return, does.
 */
import { mapKey } from '../models/persistent-map.ts';
import { sighting } from '../models/set.ts';
import { BLIND, OBSERVER, type OperationClasses, OVERWRITING } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import type { Decision, Engine, Limits, Problem } from '../search/engine.ts';
import { type Demand, IMPOSSIBLE, type SearchSpace, type Transitions } from '../search/search-space.ts';
import { searchSpace } from '../search/windowed-search.ts';
import { illegal, Points, UNSUITABLE } from './order.ts';

/** What an operation needs to find and what it leaves: -1 for anything, and for "as it was". */
interface Kind {
  readonly needs: number;
  readonly leaves: number;
}

/** By 3 × (needs + 1) + leaves + 1. */
const KINDS: readonly Kind[] = [-1, 0, 1].flatMap((needs) => [-1, 0, 1].map((leaves) => ({ needs, leaves })));
const TRAITS = KINDS.map(({ leaves, needs }) => (leaves < 0 || leaves === needs ? OBSERVER : needs < 0 ? BLIND | OVERWRITING : 0));

export const setEngine: Engine = {
  name: 'set-elements',
  decide(problem: Problem, limits: Limits): Decision {
    const { operations, classes } = problem;
    if (classes.model.name !== 'set' || 'init' in problem) return UNSUITABLE;
    const kinds = new ElementKinds(classes);
    const elements = byElement(operations, classes);
    if (elements === undefined) return UNSUITABLE;
    const points = new Points(operations.count);
    let explored = 0;
    for (const ops of elements) {
      const init = kinds.initially(operations.cls[ops[0]!]!);
      const left = { ...limits, configurations: limits.configurations - explored };
      const order = easyOrder(ops, operations, kinds, init);
      const decision = order ? undefined : searchSpace(elementSpace(ops, operations, kinds, init), left);
      explored += decision?.explored ?? 0;
      if (decision?.kind === 'illegal') return { ...illegal(operations, ops), explored };
      if (decision?.kind === 'undecided') return { ...decision, explored };
      addPoints(points, order ?? [...decision!.witness], operations);
    }
    return { kind: 'legal', witness: points.linearization(), explored: explored + operations.count };
  },
};

/** The operations of each element, by call; undefined where one sees all elements. */
function byElement({ count, cls }: KeyOperations, classes: OperationClasses): readonly (readonly number[])[] | undefined {
  const read = classes.history.fs.indexOf('read');
  const elements = new Map<number, number[]>();
  for (let op = 0; op < count; op++) {
    if (classes.f(cls[op]!) === read) return undefined;
    const element = classes.input(cls[op]!);
    const ops = elements.get(element);
    if (ops) ops.push(op);
    else elements.set(element, [op]);
  }
  return [...elements.values()];
}

/** What the operations of each class do to their element. */
class ElementKinds {
  readonly #classes: OperationClasses;
  readonly #kinds = new Map<number, number>();
  readonly #init: ReadonlySet<unknown>;

  constructor(classes: OperationClasses) {
    this.#classes = classes;
    this.#init = new Set((classes.model.show!(classes.model.init) as readonly never[]).map(mapKey));
  }

  /** An index into KINDS. */
  of(cls: number): number {
    let kind = this.#kinds.get(cls);
    if (kind === undefined) {
      const operation = this.#classes.operation(cls);
      const saw = sighting(operation);
      const needs = saw === undefined ? -1 : saw === 'present' ? 1 : 0;
      const leaves = operation.f === 'contains' || operation.outcome === 'refused' ? -1 : operation.f === 'add' ? 1 : 0;
      kind = 3 * (needs + 1) + leaves + 1;
      this.#kinds.set(cls, kind);
    }
    return kind;
  }

  /** Whether the element of operations of that class is there at first. */
  initially(cls: number): number {
    return this.#init.size > 0 && this.#init.has(mapKey(this.#classes.operation(cls).input)) ? 1 : 0;
  }
}

/** The known operations in order of their calls, or of their returns, where that is a linearization. */
function easyOrder(ops: readonly number[], { ret, cls }: KeyOperations, kinds: ElementKinds, init: number): readonly number[] | undefined {
  const known = ops.filter((op) => ret[op] !== NEVER);
  const goes = (order: readonly number[]): boolean => {
    let state = init;
    return order.every((op) => {
      const { needs, leaves } = KINDS[kinds.of(cls[op]!)]!;
      if (needs >= 0 && needs !== state) return false;
      if (leaves >= 0) state = leaves;
      return true;
    });
  };
  if (goes(known)) return known;
  const byReturn = known.slice().sort((a, b) => ret[a]! - ret[b]!);
  return goes(byReturn) ? byReturn : undefined;
}

function elementSpace(ops: readonly number[], operations: KeyOperations, kinds: ElementKinds, init: number): SearchSpace {
  const column = (of: Int32Array): Int32Array => Int32Array.from(ops, (op) => of[op]!);
  const ret = column(operations.ret);
  const cls = Int32Array.from(ops, (op) => kinds.of(operations.cls[op]!));
  const transitions: Transitions = {
    init,
    step: (state, kind) => {
      const { needs, leaves } = KINDS[kind]!;
      return needs >= 0 && needs !== state ? IMPOSSIBLE : leaves >= 0 ? leaves : state;
    },
    traits: (kind) => TRAITS[kind]!,
    show: (state) => state === 1,
    bytes: 0,
  };
  return { count: ops.length, call: column(operations.call), ret, cls, origin: Int32Array.from(ops), transitions, demand: demandOf(cls, ret) };
}

function demandOf(cls: Int32Array, ret: Int32Array): Demand {
  const byState = (): number[][] => [[], []];
  const demand = { makers: byState(), askers: byState(), others: byState() };
  cls.forEach((kind, op) => {
    const { needs, leaves } = KINDS[kind]!;
    if (leaves >= 0 && leaves !== needs) demand.makers[leaves]!.push(op);
    if (needs >= 0) (ret[op] === NEVER ? demand.others : demand.askers)[needs]!.push(op);
  });
  return demand;
}

/** Each operation as early as it can be after those before it. */
function addPoints(points: Points, order: readonly number[], { call }: KeyOperations): void {
  let at = Number.NEGATIVE_INFINITY;
  for (const op of order) {
    at = Math.max(at, call[op]!);
    points.add(op, at);
  }
}
