/** Combinators that say when to stop, and when to begin anew. */
import type { Event, GenContext, Generator, Ns, Process, Step } from '../contracts/index.ts';

import { type Liftable, lift } from './lift.ts';
import { DONE, PENDING, pendingUntil, Scope, sooner, Wrapper } from './scope.ts';

/** At most `count` operations. */
export function limit(count: number, generator: Liftable): Generator {
  return new Limit(lift(generator), count);
}

/** One operation. */
export function once(generator: Liftable): Generator {
  return limit(1, generator);
}

/** Asks for the first operation again and again (`count` times): what it emits does not move it on; updates do. */
export function repeat(generator: Liftable, count = Number.POSITIVE_INFINITY): Generator {
  return new Repeat(lift(generator), count, 0);
}

/** Begins anew (`count` times in all) when exhausted. */
export function cycle(generator: Liftable, count = Number.POSITIVE_INFINITY): Generator {
  const original = lift(generator);
  return new Cycle(original, new Scope(0, original), count);
}

/** Stops so much time after its first operation: nothing starts at or after that moment. */
export function timeLimit(duration: Ns, generator: Liftable): Generator {
  return new TimeLimit(lift(generator), duration, undefined);
}

/**
 * Stops before more than `count` processes could have taken part: every process of the threads that it may use counts,
 * whether it emitted or not, so that the end is sudden and does not trickle out.
 */
export function processLimit(count: number, generator: Liftable): Generator {
  return new ProcessLimit(lift(generator), count, new Set(), true);
}

/** At most `count` of its operations in flight. */
export function concurrencyLimit(count: number, generator: Liftable): Generator {
  return new ConcurrencyLimit(lift(generator), count, new Set());
}

/** Until one of its operations completes `ok`. */
export function untilOk(generator: Liftable): Generator {
  return new UntilOk(lift(generator), new Set());
}

class Limit extends Wrapper {
  readonly #left: number;

  constructor(inner: Generator, left: number) {
    super(inner);
    this.#left = left;
  }

  op(context: GenContext): Step {
    if (this.#left <= 0) return DONE;
    const step = this.inner.op(context);
    return step.kind === 'op' ? { kind: 'op', op: step.op, next: new Limit(step.next, this.#left - 1) } : step;
  }

  protected around(inner: Generator): Generator {
    return new Limit(inner, this.#left);
  }
}

class Repeat extends Wrapper {
  readonly #left: number;
  readonly #round: number;

  constructor(inner: Generator, left: number, round: number) {
    super(inner);
    this.#left = left;
    this.#round = round;
  }

  op(context: GenContext): Step {
    if (this.#left <= 0) return DONE;
    // Each round has a place of its own: the child is always the same, its draws are not.
    const step = new Scope(this.#round, this.inner).op(context);
    return step.kind === 'op' ? { kind: 'op', op: step.op, next: new Repeat(this.inner, this.#left - 1, this.#round + 1) } : step;
  }

  protected around(inner: Generator): Generator {
    return new Repeat(inner, this.#left, this.#round);
  }
}

class Cycle implements Generator {
  readonly #original: Generator;
  readonly #current: Scope;
  readonly #left: number;

  constructor(original: Generator, current: Scope, left: number) {
    this.#original = original;
    this.#current = current;
    this.#left = left;
  }

  op(context: GenContext): Step {
    if (this.#left <= 0) return DONE;
    const step = this.#current.ask(context);
    if (step.kind === 'op') return { kind: 'op', op: step.op, next: new Cycle(this.#original, step.next, this.#left) };
    if (step.kind === 'pending' || this.#left <= 1) return step;
    // A child that is empty from the start ends the cycle.
    const again = new Scope((this.#current.name as number) + 1, this.#original).ask(context);
    return again.kind === 'op' ? { kind: 'op', op: again.op, next: new Cycle(this.#original, again.next, this.#left - 1) } : again;
  }

  update(context: GenContext, event: Event): Generator {
    const current = this.#current.update(context, event);
    return current === this.#current ? this : new Cycle(this.#original, current, this.#left);
  }
}

class TimeLimit extends Wrapper {
  readonly #duration: Ns;
  readonly #end: Ns | undefined;

  constructor(inner: Generator, duration: Ns, end: Ns | undefined) {
    super(inner);
    this.#duration = duration;
    this.#end = end;
  }

  op(context: GenContext): Step {
    const end = this.#end;
    if (end !== undefined && context.now >= end) return DONE;
    const step = this.inner.op(context);
    if (step.kind === 'done') return step;
    // Pending: the end must be noticed even where nothing else happens.
    if (step.kind === 'pending') return end === undefined ? step : pendingUntil(sooner(step.wakeAt, end));
    const start = Math.max(step.op.time, context.now);
    const stop = end ?? ((start + this.#duration) as Ns);
    return start >= stop ? DONE : { kind: 'op', op: step.op, next: new TimeLimit(step.next, this.#duration, stop) };
  }

  protected around(inner: Generator): Generator {
    return new TimeLimit(inner, this.#duration, this.#end);
  }
}

class ProcessLimit extends Wrapper {
  readonly #count: number;
  readonly #seen: ReadonlySet<Process>;
  /** A process may have been replaced since the last look. */
  readonly #stale: boolean;

  constructor(inner: Generator, count: number, seen: ReadonlySet<Process>, stale: boolean) {
    super(inner);
    this.#count = count;
    this.#seen = seen;
    this.#stale = stale;
  }

  op(context: GenContext): Step {
    const step = this.inner.op(context);
    if (step.kind !== 'op') return step;
    const seen = this.#stale ? new Set(this.#seen) : this.#seen;
    if (this.#stale) for (const thread of context.threads) (seen as Set<Process>).add(context.processOf(thread));
    return seen.size > this.#count ? DONE : { kind: 'op', op: step.op, next: new ProcessLimit(step.next, this.#count, seen, false) };
  }

  override update(context: GenContext, event: Event): Generator {
    const inner = this.inner.update(context, event);
    // The process is replaced after the update: look again at the next operation.
    if (event.type === 'info') return new ProcessLimit(inner, this.#count, this.#seen, true);
    return inner === this.inner ? this : this.around(inner);
  }

  protected around(inner: Generator): Generator {
    return new ProcessLimit(inner, this.#count, this.#seen, this.#stale);
  }
}

class ConcurrencyLimit extends Wrapper {
  readonly #count: number;
  readonly #active: ReadonlySet<Process>;

  constructor(inner: Generator, count: number, active: ReadonlySet<Process>) {
    super(inner);
    this.#count = count;
    this.#active = active;
  }

  op(context: GenContext): Step {
    const step = this.inner.op(context);
    if (step.kind !== 'op') return step;
    if (this.#active.size >= this.#count) return PENDING;
    return { kind: 'op', op: step.op, next: new ConcurrencyLimit(step.next, this.#count, withMember(this.#active, step.op.process)) };
  }

  override update(context: GenContext, event: Event): Generator {
    const inner = this.inner.update(context, event);
    if (event.type === 'invoke' || !this.#active.has(event.process)) return inner === this.inner ? this : this.around(inner);
    return new ConcurrencyLimit(inner, this.#count, withoutMember(this.#active, event.process));
  }

  protected around(inner: Generator): Generator {
    return new ConcurrencyLimit(inner, this.#count, this.#active);
  }
}

class UntilOk extends Wrapper {
  /** Undefined once an operation was ok. */
  readonly #active: ReadonlySet<Process> | undefined;

  constructor(inner: Generator, active: ReadonlySet<Process> | undefined) {
    super(inner);
    this.#active = active;
  }

  op(context: GenContext): Step {
    if (this.#active === undefined) return DONE;
    const step = this.inner.op(context);
    return step.kind === 'op' ? { kind: 'op', op: step.op, next: new UntilOk(step.next, withMember(this.#active, step.op.process)) } : step;
  }

  override update(context: GenContext, event: Event): Generator {
    const inner = this.inner.update(context, event);
    const mine = event.type !== 'invoke' && this.#active?.has(event.process);
    if (!mine || this.#active === undefined) return inner === this.inner ? this : this.around(inner);
    return new UntilOk(inner, event.type === 'ok' ? undefined : withoutMember(this.#active, event.process));
  }

  protected around(inner: Generator): Generator {
    return new UntilOk(inner, this.#active);
  }
}

function withMember<T>(set: ReadonlySet<T>, member: T): ReadonlySet<T> {
  return new Set(set).add(member);
}

function withoutMember<T>(set: ReadonlySet<T>, member: T): ReadonlySet<T> {
  const copy = new Set(set);
  copy.delete(member);
  return copy;
}
