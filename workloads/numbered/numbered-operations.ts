/**
 * Endless operations numbered from 0, of which the n-th is a function of n and of chance. Immutable: all state is the
 * number. What makes values unique is the number itself.
 */
import type { GenContext, Generator, Invocation, Ns, Process, Step, Thread } from '../../harness/contracts/index.ts';
import { freeThread, GeneratorContext } from '../../harness/generator/context.ts';

/** `below(limit)` draws an integer from 0 to limit - 1; each call of one operation draws anew. */
export type NumberedOperation = (n: number, below: (limit: number) => number) => Invocation;

/** Draws of `freeThread` come before these. */
const FIRST_DRAW = 8;

const PENDING: Step = { kind: 'pending' };

/** For every free thread the next operation, at once. */
export class NumberedOperations implements Generator {
  readonly #operation: NumberedOperation;
  readonly #n: number;

  constructor(operation: NumberedOperation, n = 0) {
    this.#operation = operation;
    this.#n = n;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    const thread = freeThread(own);
    if (thread === undefined) return PENDING;
    let nth = FIRST_DRAW;
    const invocation = this.#operation(this.#n, (limit) => own.draw(nth++, limit));
    return { kind: 'op', op: onThread(own, thread, invocation), next: new NumberedOperations(this.#operation, this.#n + 1) };
  }

  update(): Generator {
    return this;
  }
}

/** The invocation, now, by the process of that thread. */
export function onThread(context: GenContext, thread: Thread, invocation: Invocation): Invocation & { readonly time: Ns; readonly process: Process } {
  return { ...invocation, time: context.now, process: context.processOf(thread) };
}
