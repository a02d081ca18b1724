/**
 * Priority queues of distinct elements. O(n log n) beside the instants that have to be looked at for each removal: those at
 * which others could be called while it was under way.
 *
 * From the best element to the worst: a removal needs an instant that no better element covers, each of which is certainly
 * there between the return of its insert and the call of its removal. That is enough: in a linearization of the better
 * elements those that are there at such an instant can be put in after it, or taken out just before it, best first. And
 * worse elements are in nobody's way. An operation that found nothing is a removal that all elements are better than.
 *
 * The instants are the earliest ones. So a better element, if it is taken out before a worse one could be, is gone by the
 * instant of the worse one; and inserts come as late as they can.
 *
 * Removals of unknown outcome take orphans, elements that nothing known took out. Before the instant of a removal as many of
 * them must have been called as there are better orphans by then. Whether together they are enough depends on the instants;
 * where the earliest ones ask for too many this engine does not know.
 */
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import type { Decision, Engine, Problem } from '../search/engine.ts';
import { assignTakers, indexFrom } from './emptiness.ts';
import { CountBefore } from './fenwick.ts';
import { illegal, Points, sortedBy, UNSUITABLE } from './order.ts';
import { type Pairs, pairUp } from './pairs.ts';
import { hasOptional, withoutPreference } from './relaxed.ts';
import { Uncovered } from './uncovered.ts';

export const priorityEngine: Engine = {
  name: 'priority-queue',
  decide(problem: Problem): Decision {
    const { operations } = problem;
    if (problem.classes.model.name !== 'priority-queue' || 'init' in problem) return UNSUITABLE;
    const pairing = pairUp(problem, 'insert');
    if (pairing.kind === 'repeated') return UNSUITABLE;
    if (pairing.kind === 'illegal') return illegal(operations, pairing.core);
    const { pairs } = pairing;
    const instants = new Instants(pairs, operations);
    if (instants.impossible !== undefined) {
      const isCertain =
        pairs.unknownRemovals.length === 0 || !hasOptional(pairs) || new Instants(withoutPreference(pairs), operations).impossible !== undefined;
      return isCertain ? illegal(operations, instants.impossible) : UNSUITABLE;
    }
    const witness = instants.linearization();
    return witness ? { kind: 'legal', witness, explored: operations.count } : UNSUITABLE;
  },
};

class Instants {
  /** Operations of which one has no instant because of the others. */
  readonly impossible: readonly number[] | undefined;
  readonly #pairs: Pairs;
  readonly #operations: KeyOperations;
  readonly #bestFirst: Int32Array;
  /** When each element that was certainly taken out is. */
  readonly #at: Float64Array;
  readonly #emptyAt: Float64Array;
  readonly #uncovered: Uncovered;
  readonly #orphans: CountBefore;
  readonly #unknownCalls: Float64Array;

  constructor(pairs: Pairs, operations: KeyOperations) {
    const { count, value, removeCall, insertRet, empties, unknownRemovals } = pairs;
    const calls = (ops: readonly number[]): Float64Array => Float64Array.from(ops, (op) => operations.call[op]!);
    this.#pairs = pairs;
    this.#operations = operations;
    this.#bestFirst = byValue(value as readonly number[]);
    this.#at = new Float64Array(count).fill(NEVER);
    this.#emptyAt = new Float64Array(empties.length);
    this.#unknownCalls = calls(unknownRemovals);
    this.#uncovered = new Uncovered(Float64Array.from([...removeCall, ...calls(empties), ...this.#unknownCalls]));
    this.#orphans = new CountBefore(insertRet);
    this.impossible = this.#find();
  }

  #find(): readonly number[] | undefined {
    const { call, ret } = this.#operations;
    const { count, insert, remove, insertRet, removeCall, removeRet, empties } = this.#pairs;
    for (let rank = 0; rank < count; rank++) {
      const i = this.#bestFirst[rank]!;
      if (removeRet[i] !== NEVER) {
        const at = this.#first(removeCall[i]!, removeRet[i]!);
        if (at === undefined) return [insert[i]!, remove[i]!, ...this.#betterThereIn(rank, removeCall[i]!, removeRet[i]!)];
        this.#at[i] = at;
      }
      if (removeCall[i] !== NEVER) this.#uncovered.cover(insertRet[i]!, removeCall[i]!);
      else if (this.#unknownCalls.length > 0) this.#orphans.count(insertRet[i]!);
      else this.#uncovered.cover(insertRet[i]!, Number.POSITIVE_INFINITY);
    }
    for (const [k, op] of empties.entries()) {
      const at = this.#first(call[op]!, ret[op]!);
      if (at === undefined) return [op, ...this.#betterThereIn(count, call[op]!, ret[op]!)];
      this.#emptyAt[k] = at;
    }
    return undefined;
  }

  /** The first instant that nothing covers, and at which orphans can be gone. */
  #first(from: number, to: number): number | undefined {
    for (let at = this.#uncovered.firstFrom(from); at <= to; at = this.#uncovered.firstFrom(at + 1)) {
      if (this.#orphans.before(at) <= indexFrom(this.#unknownCalls, at + 1)) return at;
    }
    return undefined;
  }

  /** The operations of better elements that are certainly there at some instant of the interval, or orphans. */
  #betterThereIn(better: number, from: number, to: number): number[] {
    const { insert, remove, insertRet, removeCall } = this.#pairs;
    const there: number[] = [];
    for (let rank = 0; rank < better; rank++) {
      const i = this.#bestFirst[rank]!;
      if (insertRet[i]! < to && removeCall[i]! > from) there.push(insert[i]!, remove[i]!);
    }
    return there;
  }

  /** Undefined where there are not enough removals of unknown outcome. */
  linearization(): Int32Array | undefined {
    const { count, insert, insertRet, empties } = this.#pairs;
    const deadline = this.#deadlines();
    const takers = assignTakers(this.#pairs, deadline, this.#operations.call);
    if ('stuck' in takers) return undefined;
    const points = new Points(2 * count + empties.length);
    // At one instant the better ones come first: so they are added in this order.
    for (const i of this.#bestFirst) {
      const at = Math.min(this.#at[i]!, deadline[i]!);
      points.add(insert[i]!, Math.min(insertRet[i]!, at));
      points.add(takers.by[i]!, at);
    }
    for (const [k, op] of empties.entries()) points.add(op, this.#emptyAt[k]!);
    return points.linearization();
  }

  /** For each element that need not have been taken out: the first instant, after its insert, of a worse removal. */
  #deadlines(): Float64Array {
    const { count, insertRet, removeRet } = this.#pairs;
    const taken = [...this.#bestFirst].filter((i) => removeRet[i] !== NEVER);
    const later = new Later(Float64Array.from([...taken.map((i) => this.#at[i]!), ...this.#emptyAt]));
    const deadline = new Float64Array(count).fill(NEVER);
    for (const i of this.#bestFirst) {
      if (removeRet[i] !== NEVER) later.remove(this.#at[i]!);
      else deadline[i] = later.after(insertRet[i]!);
    }
    return deadline;
  }
}

/** Times, of which some are taken away; the first one left after an instant. */
class Later {
  readonly #times: Float64Array;
  readonly #left = new Map<number, number>();
  readonly #uncovered: Uncovered;

  constructor(times: Float64Array) {
    this.#times = times;
    this.#uncovered = new Uncovered(this.#times);
    for (const time of times) this.#left.set(time, (this.#left.get(time) ?? 0) + 1);
  }

  remove(time: number): void {
    const left = this.#left.get(time)! - 1;
    this.#left.set(time, left);
    if (left === 0) this.#uncovered.cover(time - 1, time + 1);
  }

  after(time: number): number {
    return Math.min(NEVER, this.#uncovered.firstFrom(time + 1));
  }
}

/** The places of distinct numbers, the least first. */
function byValue(values: readonly number[]): Int32Array {
  if (values.every((value) => Number.isSafeInteger(value) && Math.abs(value) < 2 ** 31)) return sortedBy(Float64Array.from(values));
  return Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
}
