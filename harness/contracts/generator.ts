/** Generators: pure, immutable descriptions of what clients and the nemesis do next (after jepsen.generator). */
import type { Event, Invocation, Process } from './history.ts';
import type { Rng } from './time.ts';
import type { Ns } from './value.ts';

/** Client threads are 0 … n-1; the nemesis has a thread of its own. */
export type Thread = number | 'nemesis';

/** An operation that a generator emits: who, when (its intended start; in the past only where an open loop is behind), what. */
export type Scheduled<O = Invocation> = O & { readonly time: Ns; readonly process: Process };

export type Step<O = Invocation> =
  | { readonly kind: 'op'; readonly op: Scheduled<O>; readonly next: Generator<O> }
  /** Ask again at `wakeAt`, or at the next event. There is no polling, so virtual time can jump. */
  | { readonly kind: 'pending'; readonly wakeAt?: Ns }
  | { readonly kind: 'done' };

/** A view of the run, valid during the call only; never retained. */
export interface GenContext {
  readonly now: Ns;
  /** Keyed by the generator's path and the operations it has emitted: asking twice draws the same. */
  readonly rng: Rng;
  /** The threads that this generator may use, in ascending order, the nemesis last. */
  readonly threads: readonly Thread[];
  isFree(thread: Thread): boolean;
  processOf(thread: Thread): Process;
}

export interface Generator<O = Invocation> {
  /** What to do next. Speculative: an answer that is not used has no effect. */
  op(context: GenContext): Step<O>;
  /** The generator after an event (every invocation and every completion) of one of its threads. */
  update(context: GenContext, event: Event): Generator<O>;
}
