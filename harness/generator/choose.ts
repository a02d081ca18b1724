/** Combinators of several children that could all go on: which one does? */
import type { Event, GenContext, Generator, Ns, Step } from '../contracts/index.ts';
import { GeneratorContext } from './context.ts';
import { type Liftable, lift } from './lift.ts';
import { indexOfDraw } from './path.ts';
import { DONE, pendingUntil, replaceAt, Scope, type ScopedStep, sooner, updateAll } from './scope.ts';

/** The soonest operation of any child; ties are broken at random. Done when all are. Updates go to all. */
export function any(...generators: readonly Liftable[]): Generator {
  return new Any(
    generators.map((generator, index) => new Scope(index, lift(generator))),
    false,
  );
}

/** As `any`, but done as soon as one child is. */
export function shortestAny(...generators: readonly Liftable[]): Generator {
  return new Any(
    generators.map((generator, index) => new Scope(index, lift(generator))),
    true,
  );
}

/** As `any`, of children with places of their own names. */
export function anyOf(scopes: readonly Scope[]): Generator {
  return new Any(scopes, false);
}

/**
 * For every operation a child drawn uniformly among those that can go on now: one that is pending, or whose operation
 * lies in the future, does not hold up the rest. Done when all are. Updates go to all.
 */
export function mix(generators: readonly Liftable[]): Generator {
  return new Mix(generators.map((generator, index) => new Scope(index, lift(generator))));
}

/** What a round of questions came to: the step of one child, and which. */
export interface Choice {
  readonly step: ScopedStep;
  readonly index: number;
}

/**
 * Asks `count` candidates for the soonest operation. What can start now is as soon as can be, however far its intended
 * start lies back. `first` is asked first and taken when it can start now; ties among the rest are broken by weight.
 */
export function soonest(
  context: GeneratorContext,
  count: number,
  first: number,
  ask: (index: number) => ScopedStep,
  weight: (index: number) => number,
): Choice {
  let best = DONE as ScopedStep;
  let bestIndex = -1;
  let bestTime = 0;
  let tied = 0;
  let wakeAt: Ns | undefined;
  let pending = false;
  for (let offset = 0; offset < count; offset++) {
    const index = (first + offset) % count;
    const step = ask(index);
    if (step.kind === 'done') continue;
    if (step.kind === 'pending') {
      pending = true;
      wakeAt = sooner(wakeAt, step.wakeAt);
      continue;
    }
    const time = Math.max(step.op.time, context.now);
    if (offset === 0 && time === context.now) return { step, index };
    if (bestIndex >= 0 && time > bestTime) continue;
    tied = bestIndex >= 0 && time === bestTime ? tied + weight(index) : weight(index);
    if (bestIndex < 0 || time < bestTime || indexOfDraw(context.path.draw(context.emitted, 1 + offset), tied) < weight(index)) {
      best = step;
      bestIndex = index;
      bestTime = time;
    }
  }
  // An operation in the future must not make us sleep through the moment at which another child wants to be asked.
  const waits = bestIndex < 0 ? pending : wakeAt !== undefined && wakeAt < bestTime;
  return waits ? { step: pendingUntil(wakeAt) as ScopedStep, index: -1 } : { step: best, index: bestIndex };
}

const one = (): number => 1;

class Any implements Generator {
  readonly #children: readonly Scope[];
  readonly #shortest: boolean;

  constructor(children: readonly Scope[], shortest: boolean) {
    this.#children = children;
    this.#shortest = shortest;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    const count = this.#children.length;
    if (count === 0) return DONE;
    const steps = this.#shortest ? this.#children.map((child) => child.ask(own)) : undefined;
    if (steps?.some((step) => step.kind === 'done')) return DONE;
    const ask = (index: number): ScopedStep => steps?.[index] ?? (this.#children[index] as Scope).ask(own);
    const { step, index } = soonest(own, count, own.draw(0, count), ask, one);
    if (step.kind !== 'op') return step;
    return { kind: 'op', op: step.op, next: new Any(replaceAt(this.#children, index, step.next), this.#shortest) };
  }

  update(context: GenContext, event: Event): Generator {
    const own = GeneratorContext.from(context);
    const children = updateAll(this.#children, own, event);
    return children === this.#children ? this : new Any(children, this.#shortest);
  }
}

class Mix implements Generator {
  readonly #children: readonly Scope[];

  constructor(children: readonly Scope[]) {
    this.#children = children;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    const count = this.#children.length;
    if (count === 0) return DONE;
    const first = own.draw(0, count);
    const step = (this.#children[first] as Scope).ask(own);
    if (step.kind === 'op' && step.op.time <= own.now) return { kind: 'op', op: step.op, next: new Mix(replaceAt(this.#children, first, step.next)) };
    return this.#chooseAmongAll(own);
  }

  update(context: GenContext, event: Event): Generator {
    const own = GeneratorContext.from(context);
    const children = updateAll(this.#children, own, event);
    return children === this.#children ? this : new Mix(children);
  }

  /** The child drawn cannot go on: exhausted ones leave, the soonest of the rest goes. */
  #chooseAmongAll(own: GeneratorContext): Step {
    const alive: Scope[] = [];
    const steps: ScopedStep[] = [];
    for (const child of this.#children) {
      const step = child.ask(own);
      if (step.kind === 'done') continue;
      alive.push(child);
      steps.push(step);
    }
    if (alive.length === 0) return DONE;
    const { step, index } = soonest(own, alive.length, own.draw(1, alive.length), (i) => steps[i] as ScopedStep, one);
    return step.kind === 'op' ? { kind: 'op', op: step.op, next: new Mix(replaceAt(alive, index, step.next)) } : step;
  }
}
