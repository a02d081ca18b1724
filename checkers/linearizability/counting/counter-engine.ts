/**
 * Counters to which every operation adds the same. O(n log n).
 *
 * In the order of events, with nothing done before it must be: an add when it returns, or when somebody who returns has seen a
 * larger count. Then of the pending adds the one that returns first is done first, and those of unknown outcome last; but an
 * add-and-get at the one moment at which it can be. So the count is never larger than it must be, and whoever is still too
 * late, or cannot be served, is so in every order.
 *
 * Where pending operations are known to return a certain count if they have happened (in parts of histories), using them or not
 * is a choice: what goes without them goes, what does not even go when they are taken for plain adds does not go, and else this
 * engine does not know.
 */

import { illegal, UNSUITABLE } from '../collections/order.ts';
import { Heap } from '../collections/trees.ts';
import { deltaOf } from '../models/counter.ts';
import { NEVER } from '../problem/prepare.ts';
import type { Decision, Engine, Problem } from '../search/engine.ts';

export const counterEngine: Engine = {
  name: 'counter',
  decide(problem: Problem): Decision {
    if (problem.classes.model.name !== 'counter') return UNSUITABLE;
    const steps = stepsOf(problem);
    if (steps === undefined) return UNSUITABLE;
    const witness = new Count(problem, steps, 'left out').run();
    if (witness !== undefined) return { kind: 'legal', witness: Int32Array.from(witness), explored: problem.operations.count };
    if (steps.hasChoice && new Count(problem, steps, 'plain adds').run() !== undefined) return UNSUITABLE;
    return illegal(problem.operations, []);
  },
};

const READ = 0;
const ADD = 1;
const ADD_AND_GET = 2;

interface Steps {
  readonly kind: Uint8Array;
  /** The number of adds that the operation saw, its own included; NaN where it saw none, or a count that no number of them makes. */
  readonly seen: Float64Array;
  /** Whether there is an add-and-get that need not have happened, but returned a certain count if it has. */
  readonly hasChoice: boolean;
}

/** The operations in numbers of adds; undefined where they do not all add the same. */
function stepsOf(problem: Problem): Steps | undefined {
  const { operations, classes } = problem;
  const init = ('init' in problem ? problem.init : classes.model.init) as number;
  const kind = new Uint8Array(operations.count);
  const seen = new Float64Array(operations.count).fill(Number.NaN);
  let delta = 0;
  let hasChoice = false;
  for (let op = 0; op < operations.count; op++) {
    const operation = classes.operation(operations.cls[op]!);
    if (operation.f !== 'read') {
      const by = deltaOf(operation);
      if (by === 0 || (delta !== 0 && by !== delta)) return undefined;
      delta = by;
    }
    const tells = operation.f !== 'add' && operation.outcome === 'ok';
    kind[op] = operation.f === 'read' ? READ : tells ? ADD_AND_GET : ADD;
    if (tells) seen[op] = (operation.output as number) - init;
    if (kind[op] === ADD_AND_GET && operations.ret[op] === NEVER) hasChoice = true;
  }
  return { kind, seen: seen.map((difference) => (difference === 0 ? 0 : difference / delta)), hasChoice };
}

class Count {
  readonly #problem: Problem;
  readonly #steps: Steps;
  readonly #choices: 'left out' | 'plain adds';
  readonly #order: number[] = [];
  readonly #done: Uint8Array;
  /** Pending adds, the first to return on top. */
  readonly #adds: Heap;
  /** Pending operations by what they saw. */
  readonly #readers = new Map<number, number[]>();
  readonly #getters = new Map<number, number>();
  #count = 0;

  constructor(problem: Problem, steps: Steps, choices: 'left out' | 'plain adds') {
    this.#problem = problem;
    this.#steps = steps;
    this.#choices = choices;
    this.#done = new Uint8Array(problem.operations.count);
    this.#adds = new Heap(Float64Array.from(problem.operations.ret));
  }

  /** A linearization; undefined where there is none. */
  run(): number[] | undefined {
    const { call, ret } = this.#problem.operations;
    const byReturn = [...ret.keys()].filter((op) => ret[op] !== NEVER).sort((a, b) => ret[a]! - ret[b]!);
    let next = 0;
    for (const op of byReturn) {
      for (; next < call.length && call[next]! < ret[op]!; next++) if (!this.#called(next)) return undefined;
      if (this.#done[op] === 0 && !this.#returns(op)) return undefined;
    }
    return this.#order;
  }

  /** False where the operation comes too late. */
  #called(op: number): boolean {
    const { kind, seen } = this.#steps;
    const isKnown = this.#problem.operations.ret[op] !== NEVER;
    if (kind[op] === ADD || (!isKnown && kind[op] === ADD_AND_GET && this.#choices === 'plain adds')) {
      this.#adds.push(op);
      return true;
    }
    if (!isKnown) return true;
    const target = seen[op]!;
    if (!Number.isSafeInteger(target) || target < (kind[op] === READ ? this.#count : this.#count + 1)) return false;
    if (kind[op] === ADD_AND_GET) {
      if (this.#getters.has(target)) return false;
      this.#getters.set(target, op);
    } else if (target === this.#count) this.#do(op);
    else if (!this.#readers.get(target)?.push(op)) this.#readers.set(target, [op]);
    return true;
  }

  /** Brings an operation about that returns and has not been done. */
  #returns(op: number): boolean {
    const { kind, seen } = this.#steps;
    if (kind[op] === ADD) {
      while (this.#done[op] === 0) if (!this.#increment()) return false;
      return true;
    }
    while (this.#count < seen[op]!) if (!this.#increment()) return false;
    return this.#done[op] === 1;
  }

  /** One add, of those that are pending; false where there is none. */
  #increment(): boolean {
    const getter = this.#getters.get(this.#count + 1);
    const op = getter ?? this.#adds.top();
    if (op === undefined) return false;
    if (getter === undefined) this.#adds.pop();
    this.#getters.delete(this.#count + 1);
    this.#do(op);
    this.#count++;
    for (const reader of this.#readers.get(this.#count) ?? []) this.#do(reader);
    this.#readers.delete(this.#count);
    return true;
  }

  #do(op: number): void {
    this.#done[op] = 1;
    this.#order.push(op);
  }
}
