/**
 * Depth-first search for a sequential order: one in which each process did its operations in turn, whatever the clock says
 * (Lamport 1979). A configuration is how far each process has come, the state of each key, and which of the operations with an
 * unknown outcome were used; each is looked at once. Exponential in the number of processes at worst.
 *
 * An operation that changes nothing is done as soon as the state allows it: moved forward it is in nobody's way. Else the
 * operation that returned first comes first: systems are rarely far from the order of the clock.
 */

import { OBSERVER, type OperationClasses } from '../problem/operation-classes.ts';
import { TupleTable } from '../problem/tuple-table.ts';
import type { Limits } from '../search/engine.ts';
import { IMPOSSIBLE } from '../search/search-space.ts';
import type { Loose, Programs, Step } from './programs.ts';

const ASK_EVERY = 1024;

export type SequentialDecision =
  /** All known operations, and some of the unknown. */
  | { readonly kind: 'sequential'; readonly order: readonly Step[]; readonly explored: number }
  | { readonly kind: 'not-sequential'; readonly explored: number }
  | { readonly kind: 'undecided'; readonly why: 'time' | 'memory' | 'cancelled' | 'configurations'; readonly explored: number };

export function searchSequential(programs: Programs, classes: OperationClasses, limits: Limits): SequentialDecision {
  return new SequentialSearch(programs, classes, limits).run();
}

/** A configuration on the way, and what can be tried next. */
interface Frame {
  /** How many steps led here. */
  readonly length: number;
  readonly moves: readonly Step[];
  next: number;
}

class SequentialSearch {
  readonly #programs: Programs;
  readonly #classes: OperationClasses;
  readonly #limits: Limits;
  readonly #seen: TupleTable;
  /** Positions of processes, states of keys, a bit for each operation of unknown outcome. */
  readonly #here: Int32Array;
  readonly #processes: number;
  readonly #keys: number;
  /** What was done, and the state of its key before. */
  readonly #order: Step[] = [];
  readonly #before: number[] = [];
  readonly #looseIndex: ReadonlyMap<Step, number>;
  #left: number;
  #explored = 0;

  constructor(programs: Programs, classes: OperationClasses, limits: Limits) {
    this.#programs = programs;
    this.#classes = classes;
    this.#limits = limits;
    this.#processes = programs.programs.length;
    this.#keys = programs.transitions.length;
    this.#here = new Int32Array(this.#processes + this.#keys + ((programs.loose.length + 31) >>> 5));
    programs.transitions.forEach(({ init }, key) => {
      this.#here[this.#processes + key] = init;
    });
    this.#seen = new TupleTable(this.#here.length);
    this.#looseIndex = new Map(programs.loose.map((step, i) => [step as Step, i]));
    this.#left = programs.programs.reduce((sum, steps) => sum + steps.length, 0);
  }

  run(): SequentialDecision {
    const frames: Frame[] = [];
    const arrive = (): void => {
      this.#observe();
      const known = this.#seen.count;
      if (this.#seen.intern(this.#here) === known) frames.push({ length: this.#order.length, moves: this.#moves(), next: 0 });
    };
    arrive();
    while (this.#left > 0) {
      if (++this.#explored % ASK_EVERY === 0) {
        const why = this.#limits.budget.exceeded(this.#limits.bytesHeld + this.#seen.bytes + this.#order.length * 16);
        if (why !== false) return { kind: 'undecided', why, explored: this.#explored };
      }
      if (this.#explored > this.#limits.configurations) return { kind: 'undecided', why: 'configurations', explored: this.#explored };
      const top = frames.at(-1);
      if (top === undefined) return { kind: 'not-sequential', explored: this.#explored };
      this.#undoTo(top.length);
      const move = top.moves[top.next++];
      if (move === undefined) frames.pop();
      else {
        this.#do(move);
        arrive();
      }
    }
    return { kind: 'sequential', order: this.#order, explored: this.#explored };
  }

  /** Does what changes nothing, as far as it goes. */
  #observe(): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const [program, steps] of this.#programs.programs.entries()) {
        for (let step = steps[this.#here[program]!]; step !== undefined; step = steps[this.#here[program]!]) {
          if ((this.#classes.traits(step.cls) & OBSERVER) === 0 || this.#after(step) === IMPOSSIBLE) break;
          this.#do(step);
          moved = true;
        }
      }
    }
  }

  /** What may come next, the first to return first; operations of unknown outcome last. */
  #moves(): Step[] {
    const { programs, loose } = this.#programs;
    const known: Step[] = [];
    for (const [program, steps] of programs.entries()) {
      const step = steps[this.#here[program]!];
      if (step !== undefined && this.#after(step) !== IMPOSSIBLE) known.push(step);
    }
    known.sort((a, b) => a.ret - b.ret);
    const unknown = loose.filter((step, i) => this.#here[step.program]! >= step.after && !this.#isUsed(i) && this.#changes(step));
    return [...known, ...unknown];
  }

  /** Whether an operation of unknown outcome makes a difference now. */
  #changes(step: Loose): boolean {
    const after = this.#after(step);
    return after !== IMPOSSIBLE && after !== this.#here[this.#processes + step.key];
  }

  #after({ key, cls }: Step): number {
    return this.#programs.transitions[key]!.step(this.#here[this.#processes + key]!, cls);
  }

  #isUsed(loose: number): boolean {
    return (this.#here[this.#processes + this.#keys + (loose >>> 5)]! & (1 << (loose & 31))) !== 0;
  }

  #do(step: Step): void {
    const at = this.#processes + step.key;
    this.#before.push(this.#here[at]!);
    this.#order.push(step);
    this.#here[at] = this.#after(step);
    this.#mark(step, 1);
  }

  #undoTo(length: number): void {
    while (this.#order.length > length) {
      const step = this.#order.pop()!;
      this.#here[this.#processes + step.key] = this.#before.pop()!;
      this.#mark(step, -1);
    }
  }

  /** Moves the process of the step on (or back), or turns the bit of an operation of unknown outcome. */
  #mark(step: Step, by: 1 | -1): void {
    const loose = this.#looseIndex.get(step);
    const at = loose === undefined ? step.program : this.#processes + this.#keys + (loose >>> 5);
    if (loose !== undefined) this.#here[at] = this.#here[at]! ^ (1 << (loose & 31));
    else {
      this.#here[at] = this.#here[at]! + by;
      this.#left -= by;
    }
  }
}
