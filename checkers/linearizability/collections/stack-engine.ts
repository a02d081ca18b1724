/**
 * Stacks of distinct elements. O(n log² n).
 *
 * An element is certainly there between the return of its push and the call of its pop: its core. Where push and pop overlap
 * there is no core: then they can follow each other at once, in nobody's way. For the others, again and again:
 *
 * - An instant that no core covers splits the history. If there is a linearization there is one in which the stack is empty
 *   then: of the elements that are there, some can be pushed after it and all others popped before it.
 * - Where there is no such instant the stack is never empty in between, so the element that is pushed first is popped last.
 *   Any element will do whose push was called before any other operation returned, and whose pop returned after all others
 *   were called: around a linearization of the rest it changes nothing. If there is none, there is no linearization.
 *
 * An operation that found nothing needs an instant that no core covers. A pop that need not have happened is left out when
 * nothing has to come after it.
 *
 * Pops of unknown outcome: what they took, and elements that nothing known took out, can be left out of any linearization; so
 * where there is none without these there is none. Else it is guessed which pop took what (`unknown-pops`); where no guess gives
 * a linearization, this engine does not know.
 */
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import type { Decision, Engine, Problem } from '../search/engine.ts';
import { assignTakers, elementsThereIn, emptyInstants, indexFrom } from './emptiness.ts';
import { illegal, Points, sortedBy, UNSUITABLE } from './order.ts';
import { type Pairs, pairUp } from './pairs.ts';
import { onlyTaken, withoutPreference } from './relaxed.ts';
import { Coverage, Heap, Largest } from './trees.ts';
import { Uncovered } from './uncovered.ts';
import { guessed, popDeadlines } from './unknown-pops.ts';

export const stackEngine: Engine = {
  name: 'stack',
  decide(problem: Problem): Decision {
    if (problem.classes.model.name !== 'stack' || 'init' in problem) return UNSUITABLE;
    const pairing = pairUp(problem, 'push');
    if (pairing.kind === 'repeated') return UNSUITABLE;
    if (pairing.kind === 'illegal') return illegal(problem.operations, pairing.core);
    return decideWithUnknown(pairing.pairs, problem.operations);
  },
};

function decideWithUnknown(pairs: Pairs, operations: KeyOperations): Decision {
  if (pairs.unknownRemovals.length === 0) return decideStack(pairs, operations);
  const certain = decideStack(onlyTaken(pairs), operations);
  if (certain.kind === 'illegal') return certain;
  const emptiness = emptyInstants(withoutPreference(pairs), operations);
  if ('impossible' in emptiness) {
    const op = emptiness.impossible;
    return illegal(operations, [op, ...elementsThereIn(pairs, operations.call[op]!, operations.ret[op]!)]);
  }
  const { call } = operations;
  const needed = assignTakers(pairs, popDeadlines(pairs, emptiness.instants), call);
  const guesses = [...('stuck' in needed ? [] : [guessed(pairs, call, 'last', needed.by)]), guessed(pairs, call, 'last'), guessed(pairs, call, 'first')];
  for (const guess of guesses) {
    const decision = decideStack(guess, operations);
    if (decision.kind === 'legal') return decision;
  }
  return UNSUITABLE;
}

function decideStack(pairs: Pairs, operations: KeyOperations): Decision {
  const { call, ret } = operations;
  const { count, insertRet, removeCall, empties } = pairs;
  const uncovered = new Uncovered(Float64Array.from([...removeCall, ...empties.map((op) => call[op]!)]));
  for (let i = 0; i < count; i++) uncovered.cover(insertRet[i]!, removeCall[i] === NEVER ? Number.POSITIVE_INFINITY : removeCall[i]!);
  const emptyAt: { readonly op: number; readonly at: number }[] = [];
  for (const op of empties) {
    const at = uncovered.firstFrom(call[op]!);
    if (at > ret[op]!) return illegal(operations, [op, ...elementsThereIn(pairs, call[op]!, ret[op]!)]);
    emptyAt.push({ op, at });
  }
  emptyAt.sort((a, b) => a.at - b.at);
  const nesting = new Nesting(pairs);
  for (const { op, at } of emptyAt) if (!nesting.upTo(at, op)) return illegal(operations, nesting.stuck());
  if (!nesting.upTo(Number.POSITIVE_INFINITY, -1)) return illegal(operations, nesting.stuck());
  return { kind: 'legal', witness: linearization(pairs, operations, nesting.order), explored: count };
}

function linearization(pairs: Pairs, { call }: KeyOperations, order: readonly number[]): Int32Array {
  const { count, insert, remove, insertRet, removeCall, empties } = pairs;
  const points = new Points(2 * count + empties.length);
  let at = Number.NEGATIVE_INFINITY;
  for (const op of order) {
    at = Math.max(at, call[op]!);
    points.add(op, at);
  }
  // Those without a core, push and pop at once: after what else happens at that instant.
  for (let i = 0; i < count; i++) {
    if (insertRet[i]! < removeCall[i]!) continue;
    points.add(insert[i]!, removeCall[i]!);
    points.add(remove[i]!, removeCall[i]!);
  }
  return points.linearization();
}

/** Elements that are still to be placed: those with places [from, to) in the order of their pushes' returns, as far as they are left. */
interface Part {
  readonly id: number;
  from: number;
  to: number;
  /** Whether anything has to come after it. */
  isLast: boolean;
  /** Those that may not be pushed first yet, by call. */
  readonly waiting: Heap;
  /** Those that may, the one whose pop returns last on top. */
  readonly candidates: Heap;
}

class Nesting {
  /** Operations in the order found. */
  readonly order: number[] = [];
  readonly #pairs: Pairs;
  /** Elements with a core, by the return of their push: the places below are indices into it. */
  readonly #elements: Int32Array;
  readonly #pushCall: Float64Array;
  readonly #pushRet: Float64Array;
  readonly #popCall: Largest;
  /** The negated returns of pops: a heap has the least on top. */
  readonly #lastPops: Float64Array;
  readonly #gone: Uint8Array;
  readonly #partOf: Int32Array;
  readonly #nextLeft: Int32Array;
  /** Ends of cores, ascending: the instants that can split. */
  readonly #ends: Float64Array;
  readonly #coverage: Coverage;
  #parts = 0;
  #placed = 0;
  #stuck: Part | undefined;

  constructor(pairs: Pairs) {
    this.#pairs = pairs;
    const { insertRet, insertCall, removeCall, removeRet } = pairs;
    this.#elements = sortedBy(insertRet).filter((i) => insertRet[i]! < removeCall[i]!);
    const at = (times: Float64Array): Float64Array => Float64Array.from(this.#elements, (i) => times[i]!);
    const count = this.#elements.length;
    this.#pushCall = at(insertCall);
    this.#pushRet = at(insertRet);
    this.#lastPops = at(removeRet).map((time) => -time);
    this.#popCall = new Largest(at(removeCall));
    this.#gone = new Uint8Array(count);
    this.#partOf = new Int32Array(count).fill(-1);
    this.#nextLeft = Int32Array.from({ length: count + 1 }, (_, place) => place);
    this.#ends = at(removeCall).sort();
    this.#coverage = new Coverage(count);
    for (let place = 0; place < count; place++) this.#cover(place, 1);
  }

  /** Places all elements whose cores end by that instant, and operation `op` after them. False where it does not go. */
  upTo(instant: number, op: number): boolean {
    const to = indexFrom(this.#pushRet, instant);
    if (this.#placed < to && !this.#place(this.#newPart(this.#placed, to, instant === Number.POSITIVE_INFINITY))) return false;
    this.#placed = Math.max(this.#placed, to);
    if (op >= 0) this.order.push(op);
    return true;
  }

  /** The operations of elements of which none can be the one at the bottom. */
  stuck(): number[] {
    const { from, to } = this.#stuck!;
    const ops: number[] = [];
    for (let place = this.#leftFrom(from); place < to; place = this.#leftFrom(place + 1)) {
      const i = this.#elements[place]!;
      ops.push(this.#pairs.insert[i]!, this.#pairs.remove[i]!);
    }
    return ops;
  }

  /** What is left to do: a part to place, or (a number) an operation to append. */
  #place(whole: Part): boolean {
    const todo: (Part | number)[] = [whole];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (typeof next === 'number') {
        this.order.push(next);
        continue;
      }
      const part = next;
      const first = this.#leftFrom(part.from);
      if (first >= part.to) continue;
      const firstReturn = this.#pushRet[first]!;
      const lastCall = this.#popCall.in(first, part.to);
      const split = this.#coverage.firstBare(indexFrom(this.#ends, firstReturn), indexFrom(this.#ends, lastCall));
      if (split >= 0) {
        const later = this.#splitAt(part, this.#ends[split]!);
        todo.push(later.right, later.left);
        continue;
      }
      const bottom = this.#bottomOf(part, firstReturn);
      if (bottom === undefined || -this.#lastPops[bottom]! < lastCall) {
        this.#stuck = part;
        return false;
      }
      const popped = this.#takeBottom(part, bottom);
      if (popped >= 0) todo.push(popped);
      todo.push(part);
    }
    return true;
  }

  /** Appends the push; gives the pop, -1 where there is none that has to be. */
  #takeBottom(part: Part, place: number): number {
    const i = this.#elements[place]!;
    this.#gone[place] = 1;
    this.#nextLeft[place] = place + 1;
    this.#popCall.remove(place);
    this.#cover(place, -1);
    if (this.#pairs.insert[i]! >= 0) this.order.push(this.#pairs.insert[i]!);
    const isOptional = this.#pairs.removeRet[i] === NEVER;
    if (isOptional && part.isLast) return -1;
    part.isLast = false;
    return this.#pairs.remove[i]!;
  }

  /** Of the elements that may be pushed first, the one whose pop returns last. */
  #bottomOf({ id, waiting, candidates }: Part, firstReturn: number): number | undefined {
    for (let place = waiting.top(); place !== undefined && this.#pushCall[place]! <= firstReturn; place = waiting.top()) {
      waiting.pop();
      if (this.#isLeft(place, id)) candidates.push(place);
    }
    for (let place = candidates.top(); place !== undefined; place = candidates.top()) {
      if (this.#isLeft(place, id)) return place;
      candidates.pop();
    }
    return undefined;
  }

  /** Two parts for one. The smaller is made anew, so that an element moves O(log n) times. */
  #splitAt(part: Part, instant: number): { readonly left: Part; readonly right: Part } {
    const { from, to, isLast } = part;
    const middle = indexFrom(this.#pushRet, instant);
    let left = this.#leftFrom(from);
    let right = this.#leftFrom(middle);
    while (left < middle && right < to) {
      left = this.#leftFrom(left + 1);
      right = this.#leftFrom(right + 1);
    }
    if (left >= middle) {
      part.from = middle;
      return { left: this.#newPart(from, middle, false), right: part };
    }
    part.to = middle;
    part.isLast = false;
    return { left: part, right: this.#newPart(middle, to, isLast) };
  }

  #newPart(from: number, to: number, isLast: boolean): Part {
    const part = { id: this.#parts++, from, to, isLast, waiting: new Heap(this.#pushCall), candidates: new Heap(this.#lastPops) };
    for (let place = this.#leftFrom(from); place < to; place = this.#leftFrom(place + 1)) {
      this.#partOf[place] = part.id;
      part.waiting.push(place);
    }
    return part;
  }

  #isLeft(place: number, part: number): boolean {
    return this.#gone[place] === 0 && this.#partOf[place] === part;
  }

  /** The first place from `start` on whose element is left. */
  #leftFrom(start: number): number {
    const next = this.#nextLeft;
    let place = start;
    while (next[place] !== place) {
      next[place] = next[next[place]!]!;
      place = next[place]!;
    }
    return place;
  }

  /** The core covers the instants strictly inside it. */
  #cover(place: number, amount: number): void {
    const i = this.#elements[place]!;
    this.#coverage.add(indexFrom(this.#ends, this.#pairs.insertRet[i]!), indexFrom(this.#ends, this.#pairs.removeCall[i]!), amount);
  }
}
