/** Combinators of one after the other: barriers, phases, alternation, time slices. */
import type { Event, GenContext, Generator, Ns, Step } from '../contracts/index.ts';
import { GeneratorContext } from './context.ts';
import { type Liftable, lift } from './lift.ts';
import { DONE, PENDING, pendingUntil, replaceAt, Scope, sooner, updateAll, Wrapper } from './scope.ts';
import { sleepOp } from './special.ts';

/** One generator after the other, without waiting for operations in flight. The same as an array. */
export function concat(...generators: readonly Liftable[]): Generator {
  return lift(generators);
}

/** Begins when no operation of its threads is in flight. */
export function synchronize(generator: Liftable): Generator {
  return new Synchronize(lift(generator));
}

/** One generator after the other, each waiting until the one before has nothing in flight. */
export function phases(...generators: readonly Liftable[]): Generator {
  return lift(generators.map(synchronize));
}

/**
 * `first`, then, when nothing of it is in flight, `second`; in the order of Jepsen's `then`. (A module must not export the
 * name `then`: to `import()` it would look like a promise.)
 */
export function andThen(second: Liftable, first: Liftable): Generator {
  return lift([first, synchronize(second)]);
}

/** An operation of the first, one of the second, one of the first …; done when the one whose turn it is is done. */
export function flipFlop(first: Liftable, second: Liftable): Generator {
  return new FlipFlop([new Scope(0, lift(first)), new Scope(1, lift(second))], 0);
}

/**
 * Rotating slices of time, from its first operation on. Each child keeps its state between its slices; one that is
 * exhausted (or null) makes a quiet slice; done when all are.
 */
export function cycleTimes(...slices: readonly (readonly [duration: Ns, generator: Liftable])[]): Generator {
  const durations = slices.map(([duration]) => duration);
  const children = slices.map(([, generator], index) => new Scope(index, lift(generator)));
  return new CycleTimes(durations, children, undefined);
}

class Synchronize extends Wrapper {
  op(context: GenContext): Step {
    const { run, threads } = GeneratorContext.from(context);
    for (const thread of threads) if (!run.isIdle(thread)) return PENDING;
    return this.inner.op(context);
  }

  protected around(inner: Generator): Generator {
    return new Synchronize(inner);
  }
}

class FlipFlop implements Generator {
  readonly #children: readonly Scope[];
  readonly #turn: number;

  constructor(children: readonly Scope[], turn: number) {
    this.#children = children;
    this.#turn = turn;
  }

  op(context: GenContext): Step {
    const step = (this.#children[this.#turn] as Scope).ask(context);
    return step.kind === 'op' ? { kind: 'op', op: step.op, next: new FlipFlop(replaceAt(this.#children, this.#turn, step.next), 1 - this.#turn) } : step;
  }

  update(context: GenContext, event: Event): Generator {
    const children = updateAll(this.#children, context, event);
    return children === this.#children ? this : new FlipFlop(children, this.#turn);
  }
}

class CycleTimes implements Generator {
  readonly #durations: readonly Ns[];
  readonly #children: readonly Scope[];
  readonly #start: Ns | undefined;

  constructor(durations: readonly Ns[], children: readonly Scope[], start: Ns | undefined) {
    this.#durations = durations;
    this.#children = children;
    this.#start = start;
  }

  op(context: GenContext): Step {
    if (this.#children.length === 0) return DONE;
    const { index, end } = this.#slice(context.now);
    const step = (this.#children[index] as Scope).ask(context);
    if (step.kind === 'op' && step.op.time < end) {
      const start = this.#start ?? (Math.max(step.op.time, context.now) as Ns);
      return { kind: 'op', op: step.op, next: new CycleTimes(this.#durations, replaceAt(this.#children, index, step.next), start) };
    }
    if (step.kind === 'done' && this.#children.every((child) => child.op(context).kind === 'done')) return DONE;
    // A first slice with nothing to do: an operation that takes no time starts the clock.
    if (this.#start === undefined) return this.#startClock(context);
    return pendingUntil(step.kind === 'pending' ? sooner(step.wakeAt, end) : end);
  }

  update(context: GenContext, event: Event): Generator {
    const children = updateAll(this.#children, context, event);
    return children === this.#children ? this : new CycleTimes(this.#durations, children, this.#start);
  }

  #startClock(context: GenContext): Step {
    const step = lift(sleepOp(0 as Ns)).op(context);
    return step.kind === 'op' ? { kind: 'op', op: step.op, next: new CycleTimes(this.#durations, this.#children, step.op.time) } : step;
  }

  /** The slice at `now`, and when it ends. */
  #slice(now: Ns): { readonly index: number; readonly end: Ns } {
    let end = this.#start ?? now;
    const period = this.#durations.reduce((sum, duration) => sum + duration, 0);
    if (period > 0) end = (end + Math.floor((now - end) / period) * period) as Ns;
    let index = -1;
    do {
      index++;
      end = (end + (this.#durations[index] as Ns)) as Ns;
    } while (end <= now && index < this.#durations.length - 1);
    return { index, end };
  }
}
