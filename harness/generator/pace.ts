/**
 * Combinators that say when: spacing in closed loops, rates in open loops.
 *
 * Before its time a child's answer is only looked at for its end: what it would do is asked when the time has come, since
 * it may depend on the time.
 */
import type { GenContext, Generator, Ns, Step } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';
import { GeneratorContext } from './context.ts';
import { type Distribution, interval } from './intervals.ts';
import { type Liftable, lift } from './lift.ts';
import { pendingUntil, Scope, type ScopedStep, Wrapper } from './scope.ts';

/** So much time from one operation to the next, over all threads; catches up when behind. */
export function delay(spacing: Ns, generator: Liftable): Generator {
  return new Delay(lift(generator), spacing, undefined);
}

/** Random times between operations, uniform from 0 to twice `mean`, over all threads (not each). */
export function stagger(mean: Ns, generator: Liftable): Generator {
  return new Stagger(new Scope('stagger', lift(generator)), mean, undefined);
}

export interface RateOptions {
  readonly distribution?: Distribution;
}

/**
 * An open loop: so many operations a second are *meant* to start, whether the system keeps up or not. The operation's
 * time is its intended start; when no thread was free then it lies in the past, and the operation starts at once, so that
 * latency measured from it does not hide the waiting. Throws ORDEAL_BAD_OPTION for a rate that is not positive.
 */
export function rate(operationsPerSecond: number, generator: Liftable, options: RateOptions = {}): Generator {
  if (!(operationsPerSecond > 0 && Number.isFinite(operationsPerSecond))) {
    throw new OrdealError('ORDEAL_BAD_OPTION', { what: `a rate must be a positive number of operations a second, not ${operationsPerSecond}`, where: 'rate' });
  }
  return new Rate(new Scope('rate', lift(generator)), 1e9 / operationsPerSecond, options.distribution ?? 'poisson', undefined);
}

/** The child is not at its end, and nothing of it may start yet. */
function tooEarly(step: Step, now: Ns, due: Ns | undefined): boolean {
  return due !== undefined && due > now && step.kind !== 'done';
}

class Delay extends Wrapper {
  readonly #spacing: Ns;
  readonly #due: Ns | undefined;

  constructor(inner: Generator, spacing: Ns, due: Ns | undefined) {
    super(inner);
    this.#spacing = spacing;
    this.#due = due;
  }

  op(context: GenContext): Step {
    const step = this.inner.op(context);
    if (tooEarly(step, context.now, this.#due)) return pendingUntil(this.#due);
    if (step.kind !== 'op') return step;
    const { op } = step;
    const due = this.#due ?? op.time;
    return { kind: 'op', op, next: new Delay(step.next, this.#spacing, (due + this.#spacing) as Ns) };
  }

  protected around(inner: Generator): Generator {
    return new Delay(inner, this.#spacing, this.#due);
  }
}

class Stagger extends Wrapper {
  declare readonly inner: Scope;
  readonly #mean: Ns;
  readonly #due: Ns | undefined;

  constructor(inner: Scope, mean: Ns, due: Ns | undefined) {
    super(inner);
    this.#mean = mean;
    this.#due = due;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    const step = this.inner.ask(own);
    if (tooEarly(step, own.now, this.#due)) return pendingUntil(this.#due);
    if (step.kind !== 'op') return step;
    const { op } = step;
    const wait = Math.floor(interval('uniform', this.#mean, own.path, own.emitted));
    return { kind: 'op', op, next: new Stagger(step.next, this.#mean, (op.time + wait) as Ns) };
  }

  protected around(inner: Generator): Generator {
    return new Stagger(inner as Scope, this.#mean, this.#due);
  }
}

class Rate extends Wrapper {
  declare readonly inner: Scope;
  readonly #mean: number;
  readonly #distribution: Distribution;
  /** With its fraction of a ns: rounding it would shift the rate. */
  readonly #due: number | undefined;

  constructor(inner: Scope, mean: number, distribution: Distribution, due: number | undefined) {
    super(inner);
    this.#mean = mean;
    this.#distribution = distribution;
    this.#due = due;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    const step: ScopedStep = this.inner.ask(own);
    const due = this.#due ?? own.now;
    const intended = Math.floor(due) as Ns;
    if (tooEarly(step, own.now, intended)) return pendingUntil(intended);
    if (step.kind !== 'op') return step;
    const op = step.op.time > own.now ? step.op : { ...step.op, time: intended };
    const next = due + interval(this.#distribution, this.#mean, own.path, own.emitted);
    return { kind: 'op', op, next: new Rate(step.next, this.#mean, this.#distribution, next) };
  }

  protected around(inner: Generator): Generator {
    return new Rate(inner as Scope, this.#mean, this.#distribution, this.#due);
  }
}
