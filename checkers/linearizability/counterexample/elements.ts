/** What can be left out together: all about an element of a collection, all from taking a lock to giving it back. */
import type { Value } from '../../../harness/contracts/index.ts';
import { EVERY_ELEMENT } from '../models/model.ts';
import type { OperationClasses } from '../problem/operation-classes.ts';
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import { ValueIds } from '../problem/value-ids.ts';
import { showState } from '../search/model-space.ts';
import { LEFT_OUT, type SubHistory } from './sub-history.ts';

/** In the place of an element: the operation concerns none, or nobody knows which. */
const NONE = -1;
const EVERY = -2;

export class Elements {
  /** By operation. */
  readonly #of: Int32Array;
  /** Those that are there at first stay: the initial state is not taken apart. */
  readonly #initial = new Set<number>();
  /** By operation: what makes unknown removals interchangeable; -1 for all others. */
  readonly #twins: Int32Array;

  constructor(operations: KeyOperations, classes: OperationClasses) {
    const { model } = classes;
    if (!model.element) {
      this.#of = holds(operations, classes);
      this.#twins = new Int32Array(operations.count).fill(-1);
      return;
    }
    const ids = new ValueIds();
    const byClass = new Map<number, number>();
    const elementOf = (cls: number): number => {
      const element = model.element!(classes.operation(cls));
      return element === EVERY_ELEMENT ? EVERY : element === undefined ? NONE : ids.id(element);
    };
    this.#of = operations.cls.map((cls) => {
      const known = byClass.get(cls) ?? elementOf(cls);
      byClass.set(cls, known);
      return known;
    });
    this.#twins = operations.cls.map((cls, op) => (this.#of[op] === NONE && operations.ret[op] === NEVER && isUnknown(classes, cls) ? cls : -1));
    const init = showState(model, model.init);
    for (const value of Array.isArray(init) ? (init as readonly Value[]) : []) {
      this.#initial.add(ids.id(value));
      if (Array.isArray(value)) this.#initial.add(ids.id(value[0] as Value));
    }
  }

  /** The elements that can be left out of the sub-history; none beside an operation that sees them all. */
  in({ part }: SubHistory): number[] {
    const elements = new Set<number>();
    for (let op = 0; op < part.length; op++) {
      if (part[op] === LEFT_OUT || this.#of[op] === NONE) continue;
      if (this.#of[op] === EVERY) return [];
      if (!this.#initial.has(this.#of[op]!)) elements.add(this.#of[op]!);
    }
    return [...elements];
  }

  /** Without the operations that see all elements, but for `culprit`: beside these no element can be left out. */
  withoutOverseers(sub: SubHistory, culprit: number): SubHistory {
    return { ...sub, part: sub.part.map((was, op) => (this.#of[op] === EVERY && op !== culprit ? LEFT_OUT : was)) };
  }

  /** The elements of some operations. */
  ofAll(ops: readonly number[]): Set<number> {
    return new Set(ops.map((op) => this.#of[op]!));
  }

  /** Without all operations about elements that do not stay, and without unknown removals that there is no use for then. */
  without(sub: SubHistory, stays: (element: number) => boolean): SubHistory {
    const part = sub.part.map((was, op) => (this.#of[op]! < 0 || this.#initial.has(this.#of[op]!) || stays(this.#of[op]!) ? was : LEFT_OUT));
    return this.withoutSurplus({ ...sub, part });
  }

  /** Without unknown removals beyond as many as there are operations about elements: the first can take the others' places. */
  withoutSurplus(sub: SubHistory): SubHistory {
    const part = sub.part.slice();
    let elements = this.#initial.size;
    for (let op = 0; op < part.length; op++) if (part[op] !== LEFT_OUT && this.#of[op] !== NONE) elements++;
    const used = new Map<number, number>();
    for (let op = 0; op < part.length; op++) {
      const twins = this.#twins[op]!;
      if (twins < 0 || part[op] === LEFT_OUT) continue;
      const before = used.get(twins) ?? 0;
      if (before < elements) used.set(twins, before + 1);
      else part[op] = LEFT_OUT;
    }
    return { ...sub, part };
  }
}

/** For a lock: numbers of holds, each from when an owner takes a free lock to when it is free again. */
function holds({ count, cls }: KeyOperations, classes: OperationClasses): Int32Array {
  const owners = new ValueIds();
  const depth: number[] = [];
  const current: number[] = [];
  const of = new Int32Array(count);
  let last = -1;
  for (let op = 0; op < count; op++) {
    const hold = classes.model.hold!(classes.operation(cls[op]!));
    if (hold === undefined) {
      of[op] = EVERY;
      continue;
    }
    const owner = owners.id(hold.by);
    const before = depth[owner] ?? 0;
    if (before === 0) current[owner] = hold.change === 'taken' ? ++last : NONE;
    of[op] = current[owner]!;
    depth[owner] = Math.max(0, before + (hold.change === 'taken' ? 1 : -1));
  }
  return of;
}

function isUnknown(classes: OperationClasses, cls: number): boolean {
  return classes.operation(cls).outcome === 'unknown';
}
