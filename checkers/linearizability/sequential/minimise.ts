/** Makes a conviction small: leaves out what changes nothing, updates that nobody asks for, whole elements of collections. */
import { UNLIMITED } from '../../budget/budget.ts';
import { Elements } from '../counterexample/elements.ts';
import { isObserver, KNOWN, LEFT_OUT, type SubHistory } from '../counterexample/sub-history.ts';
import { DIFFERS } from '../problem/operation-classes.ts';
import type { Prepared } from '../problem/prepare.ts';
import { keepNeeded } from '../search/register-space.ts';
import { type Programs, programsOf } from './programs.ts';
import { searchSequential } from './search.ts';

const CONFIGURATIONS = 30_000;
const QUESTIONS = 400;

/** By key (indices into `prepared.keys`), the positions of operations that together have no sequential order, as all have none. */
export type Kept = ReadonlyMap<number, readonly number[]>;

export function minimiseSequential(prepared: Prepared, keys: readonly number[]): Kept {
  return new Minimiser(prepared, keys).run();
}

/** Some of the operations as programs. */
export function programsOfKept(prepared: Prepared, kept: Kept): Programs {
  const keys = [...kept.keys()];
  const invocations = new Set(keys.flatMap((k) => kept.get(k)!.map((op) => prepared.keys[k]!.call[op]!)));
  return programsOf(prepared, keys, (invoke) => invocations.has(invoke));
}

class Minimiser {
  readonly #prepared: Prepared;
  #kept: Kept;
  #questions = 0;

  constructor(prepared: Prepared, keys: readonly number[]) {
    this.#prepared = prepared;
    this.#kept = new Map(keys.map((k) => [k, [...prepared.keys[k]!.call.keys()]]));
  }

  run(): Kept {
    for (let before = Number.POSITIVE_INFINITY; this.#size() < before; ) {
      before = this.#size();
      for (const k of this.#kept.keys()) {
        const operations = this.#prepared.keys[k]!;
        this.#inChunks(
          k,
          () => this.#kept.get(k)!.filter((op) => isObserver(operations, this.#prepared.classes, op)),
          (ops, chunk) => ops.filter((op) => !chunk.has(op)),
        );
        if (this.#prepared.model.element) this.#fewerElements(k);
      }
    }
    return this.#kept;
  }

  #size(): number {
    return [...this.#kept.values()].reduce((sum, ops) => sum + ops.length, 0);
  }

  /** Leaves out as many of the parts as it can, in ever smaller chunks. */
  #inChunks(k: number, parts: () => readonly number[], without: (ops: readonly number[], chunk: ReadonlySet<number>) => readonly number[]): void {
    for (let size = parts().length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      const todo = parts();
      for (let i = 0; i < todo.length; i += size) {
        const smaller = new Map(this.#kept).set(k, this.#needed(k, without(this.#kept.get(k)!, new Set(todo.slice(i, i + size)))));
        if (this.#hasNoOrder(smaller)) this.#kept = smaller;
      }
    }
  }

  #fewerElements(k: number): void {
    const operations = this.#prepared.keys[k]!;
    const elements = new Elements(operations, this.#prepared.classes);
    const subOf = (ops: readonly number[]): SubHistory => {
      const part = new Uint8Array(operations.count).fill(LEFT_OUT);
      for (const op of ops) part[op] = KNOWN;
      return { part, from: -1, until: Number.POSITIVE_INFINITY };
    };
    this.#inChunks(
      k,
      () => elements.in(subOf(this.#kept.get(k)!)),
      (ops, chunk) => ops.filter((op) => ![...elements.ofAll([op])].some((element) => chunk.has(element))),
    );
  }

  /** Registers: what is observed, and what makes what is asked for; all of it beside a refused operation, for which no update can take the place of another here. */
  #needed(k: number, ops: readonly number[]): readonly number[] {
    const { classes, model } = this.#prepared;
    const operations = this.#prepared.keys[k]!;
    const isRefused = (op: number): boolean => classes.kind(operations.cls[op]!) === DIFFERS;
    return model.asRegister && !ops.some(isRefused) ? keepNeeded(ops, (op) => !isObserver(operations, classes, op), operations, classes) : ops;
  }

  #hasNoOrder(kept: Kept): boolean {
    if (this.#questions++ > QUESTIONS) return false;
    const limits = { budget: UNLIMITED, configurations: CONFIGURATIONS, bytesHeld: 0 };
    return searchSequential(programsOfKept(this.#prepared, kept), this.#prepared.classes, limits).kind === 'not-sequential';
  }
}
