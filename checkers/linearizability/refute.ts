/** Cheap convictions, over all keys before any search: what was seen must have been written, and not later. Registers only. */
import { CAS, READ } from './problem/operation-classes.ts';
import { type KeyOperations, NEVER, type Prepared } from './problem/prepare.ts';

/** Made once for all keys of a history: holds a word for each value. */
export class Refuter {
  readonly #prepared: Prepared;
  /** By value: the first call of an operation that makes it; NEVER where there is none. */
  readonly #firstCall: Int32Array;
  readonly #init: number;

  constructor(prepared: Prepared) {
    const { model, classes } = prepared;
    this.#prepared = prepared;
    this.#init = model.asRegister ? classes.values.id(model.init as never) : -1;
    this.#firstCall = new Int32Array(model.asRegister ? classes.values.count : 0).fill(NEVER);
  }

  /** The first operation to return that saw a value which nothing could have made by then; -1 when there is none. O(n). */
  refute(operations: KeyOperations): number {
    const { model, classes } = this.#prepared;
    if (!model.asRegister) return -1;
    const { count, call, ret, cls } = operations;
    const firstCall = this.#firstCall;
    for (let op = 0; op < count; op++) {
      const made = classes.to(cls[op]!);
      if (made >= 0 && firstCall[made] === NEVER) firstCall[made] = call[op]!;
    }
    let culprit = -1;
    for (let op = 0; op < count; op++) {
      const kind = classes.kind(cls[op]!);
      if (ret[op] === NEVER || (kind !== READ && kind !== CAS)) continue;
      const seen = classes.from(cls[op]!);
      if (seen === this.#init || firstCall[seen]! < ret[op]!) continue;
      if (culprit < 0 || ret[op]! < ret[culprit]!) culprit = op;
    }
    for (let op = 0; op < count; op++) {
      const made = classes.to(cls[op]!);
      if (made >= 0) firstCall[made] = NEVER;
    }
    return culprit;
  }
}
