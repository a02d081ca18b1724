/**
 * FIFO queues of distinct elements. O(n log n).
 *
 * Two elements are ordered when an insert of one returned before the insert of the other was called, or a removal before the
 * other's removal. With intervals narrowed to what pairs allow, a queue is linearizable when no two elements are ordered both
 * ways (Henzinger, Sezgin & Vafeiadis 2013: a cycle of two interval orders has a cycle of two). An order of the elements that
 * respects both then gives instants: each operation as early as it can, after those before it.
 *
 * - An operation that found nothing is an element that was put in and taken out at an instant at which the queue can have
 *   been empty (`emptiness`).
 * - An element that nothing known took out must be gone before a later one is taken, and before the queue is empty. Deadlines
 *   ascend with the inserts, so giving each the first removal of unknown outcome that is left is as good as any other way.
 */
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import type { Decision, Engine, Problem } from '../search/engine.ts';
import { assignTakers, elementsThereIn, emptyInstants, indexFrom, type Takers } from './emptiness.ts';
import { illegal, Points, sortedBy, UNSUITABLE } from './order.ts';
import { type Pairs, pairUp } from './pairs.ts';
import { orUnsuitable } from './relaxed.ts';

/** Removals that need not have happened return after all others, and elements that stay leave after those. */
const LATE = NEVER + 1;
const LAST = NEVER + 2;

export const fifoEngine: Engine = {
  name: 'fifo-queue',
  decide(problem: Problem): Decision {
    if (problem.classes.model.name !== 'fifo-queue' || 'init' in problem) return UNSUITABLE;
    const pairing = pairUp(problem, 'enqueue');
    if (pairing.kind === 'repeated') return UNSUITABLE;
    if (pairing.kind === 'illegal') return illegal(problem.operations, pairing.core);
    return orUnsuitable(decideQueue, pairing.pairs, problem.operations);
  },
};

function decideQueue(pairs: Pairs, operations: KeyOperations): Decision {
  const { call, ret } = operations;
  const emptiness = emptyInstants(pairs, operations);
  if ('impossible' in emptiness) {
    const op = emptiness.impossible;
    return illegal(operations, [op, ...elementsThereIn(pairs, call[op]!, ret[op]!)]);
  }
  const deadline = deadlines(pairs, emptiness.instants);
  const takers = assignTakers(pairs, deadline, call);
  if ('stuck' in takers) return illegal(operations, whyStuck(pairs, deadline[takers.stuck]!));
  const items = new Items(pairs, takers, emptiness.instants);
  const order = items.order();
  if ('clash' in order)
    return illegal(
      operations,
      order.clash.flatMap((i) => items.operationsOf(i)),
    );
  return { kind: 'legal', witness: items.linearization(order.ranks), explored: operations.count };
}

/** By element that nothing known took out: by when it must be gone, because a later one is taken or the queue is empty. */
function deadlines(pairs: Pairs, empty: Float64Array): Float64Array {
  const { count, insertCall, insertRet, removeRet } = pairs;
  const byInsert = sortedBy(insertCall);
  const calls = Float64Array.from(byInsert, (i) => insertCall[i]!);
  const earliest = new Float64Array(count + 1).fill(NEVER);
  for (let k = count - 1; k >= 0; k--) earliest[k] = Math.min(earliest[k + 1]!, removeRet[byInsert[k]!]!);
  const emptyAt = empty.slice().sort();
  const deadline = new Float64Array(count).fill(NEVER);
  for (let i = 0; i < count; i++) {
    if (removeRet[i] !== NEVER) continue;
    const overtaken = earliest[indexFrom(calls, insertRet[i]!)]!;
    deadline[i] = Math.min(overtaken, emptyAt[indexFrom(emptyAt, insertRet[i]!)] ?? NEVER);
  }
  return deadline;
}

/** All that must be gone by the deadline of an element for which there is no removal, and what makes it so. */
function whyStuck({ count, insert, remove, insertRet, removeCall, removeRet }: Pairs, deadline: number): number[] {
  const ops: number[] = [];
  for (let i = 0; i < count; i++) {
    if (removeRet[i]! > deadline ? insertRet[i]! < deadline : removeRet[i] === deadline || removeCall[i]! > deadline) ops.push(insert[i]!, remove[i]!);
  }
  return ops;
}

/** Elements, and operations that found nothing. */
class Items {
  readonly #pairs: Pairs;
  readonly #takers: Takers;
  readonly #insertCall: Float64Array;
  readonly #insertRet: Float64Array;
  readonly #removeCall: Float64Array;
  readonly #removeRet: Float64Array;

  constructor(pairs: Pairs, takers: Takers, empty: Float64Array) {
    const { count } = pairs;
    this.#pairs = pairs;
    this.#takers = takers;
    const withEmpty = (times: Float64Array): Float64Array => {
      const all = new Float64Array(count + empty.length);
      all.set(times);
      all.set(empty, count);
      return all;
    };
    this.#insertCall = withEmpty(pairs.insertCall);
    this.#insertRet = withEmpty(pairs.insertRet);
    this.#removeCall = withEmpty(takers.from);
    this.#removeRet = withEmpty(pairs.removeRet);
    for (let i = 0; i < count; i++) {
      if (pairs.removeRet[i] !== NEVER) continue;
      this.#removeRet[i] = takers.by[i]! < 0 ? LAST : LATE;
      if (takers.by[i]! < 0) this.#removeCall[i] = LAST;
    }
  }

  /** The items in an order that respects both orders of operations, or two that are ordered both ways. */
  order(): { readonly ranks: Int32Array } | { readonly clash: readonly [number, number] } {
    const count = this.#insertCall.length;
    const ranks = new Int32Array(count);
    const gone = new Uint8Array(count);
    const inserts = new Frontier(this.#insertCall, this.#insertRet, gone);
    const removes = new Frontier(this.#removeCall, this.#removeRet, gone);
    const ready: number[] = [];
    const openedOnce = new Uint8Array(count);
    const open = (i: number): void => {
      if (openedOnce[i] === 1) ready.push(i);
      openedOnce[i] = 1;
    };
    for (let rank = 0; rank < count; rank++) {
      inserts.advance(open);
      removes.advance(open);
      const next = ready.pop();
      if (next === undefined) return { clash: [inserts.first(), removes.first()] };
      gone[next] = 1;
      ranks[rank] = next;
    }
    return { ranks };
  }

  /** Operations as early as they can be, in the order of the items. */
  linearization(ranks: Int32Array): Int32Array {
    const { count, insert, empties } = this.#pairs;
    const points = new Points(2 * count + empties.length);
    let insertAt = Number.NEGATIVE_INFINITY;
    let removeAt = Number.NEGATIVE_INFINITY;
    // At one instant what concerns earlier items comes first: so they are added rank by rank.
    for (const i of ranks) {
      insertAt = Math.max(insertAt, this.#insertCall[i]!);
      if (i < count) points.add(insert[i]!, insertAt);
      const op = i < count ? this.#takers.by[i]! : empties[i - count]!;
      if (op < 0) continue;
      removeAt = Math.max(removeAt, insertAt, this.#removeCall[i]!);
      points.add(op, removeAt);
    }
    return points.linearization();
  }

  operationsOf(i: number): number[] {
    const { count, insert, remove, empties } = this.#pairs;
    return i < count ? [insert[i]!, remove[i]!] : [empties[i - count]!];
  }
}

/** The items that none of the remaining ones precedes, in one order of intervals. */
class Frontier {
  readonly #call: Float64Array;
  readonly #ret: Float64Array;
  readonly #gone: Uint8Array;
  readonly #byCall: Int32Array;
  readonly #byRet: Int32Array;
  #opened = 0;
  #first = 0;

  constructor(call: Float64Array, ret: Float64Array, gone: Uint8Array) {
    this.#call = call;
    this.#ret = ret;
    this.#gone = gone;
    this.#byCall = sortedBy(call);
    this.#byRet = sortedBy(ret);
  }

  /** The remaining item that returns first. */
  first(): number {
    while (this.#gone[this.#byRet[this.#first]!] === 1) this.#first++;
    return this.#byRet[this.#first]!;
  }

  /** Opens the items that nothing remaining precedes any more. */
  advance(open: (i: number) => void): void {
    const until = this.#ret[this.first()]!;
    while (this.#opened < this.#byCall.length && this.#call[this.#byCall[this.#opened]!]! <= until) open(this.#byCall[this.#opened++]!);
  }
}
