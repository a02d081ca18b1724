/** Combinators that change operations, drop them, react to events, or write down what happens. */
import type { Event, GenContext, Generator, Invocation, Scheduled, Step } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';
import { type Liftable, lift } from './lift.ts';
import { Scope, type ScopedStep, Wrapper } from './scope.ts';
import { isSpecial } from './special.ts';

type Operation = Scheduled<Invocation>;

/** Changes every operation (not the special ones). */
export function map(change: (op: Operation, context: GenContext) => Operation, generator: Liftable): Generator {
  return new MapOperations(lift(generator), change);
}

/** Renames operations: `fMap({ start: 'start-partition' }, g)`. Names that are not in the table stay. */
export function fMap(names: Readonly<Record<string, string>>, generator: Liftable): Generator {
  const table = new Map(Object.entries(names));
  return map((op) => ({ ...op, f: table.get(op.f) ?? op.f }), generator);
}

/**
 * Drops operations that do not match (never the special ones). A dropped operation is never started, so what counts
 * operations in flight, or begins with its first one, belongs around it, not inside. Throws ORDEAL_BAD_GENERATOR when
 * nothing ever matches.
 */
export function filter(predicate: (op: Operation) => boolean, generator: Liftable): Generator {
  return new Filter(new Scope('filter', lift(generator)), predicate);
}

/**
 * Given the listening generator (its child is `self.inner`), the context and the event: what to go on with; `self` to
 * change nothing. The child hears of the event only if the reaction tells it: `onUpdate(react, self.inner.update(…))`.
 */
export type Reaction = (self: Generator & { readonly inner: Generator }, context: GenContext, event: Event) => Liftable;

/** Reacts to the events of its threads. */
export function onUpdate(react: Reaction, generator: Liftable): Generator {
  return new OnUpdate(lift(generator), react);
}

/** Writes every question with its answer, and every event, to `write`. */
export function trace(name: string, generator: Liftable, write: (line: string) => void): Generator {
  return new Trace(lift(generator), name, write);
}

class MapOperations extends Wrapper {
  readonly #change: (op: Operation, context: GenContext) => Operation;

  constructor(inner: Generator, change: (op: Operation, context: GenContext) => Operation) {
    super(inner);
    this.#change = change;
  }

  op(context: GenContext): Step {
    const step = this.inner.op(context);
    if (step.kind !== 'op') return step;
    return { kind: 'op', op: isSpecial(step.op) ? step.op : this.#change(step.op, context), next: this.around(step.next) };
  }

  protected around(inner: Generator): Generator {
    return new MapOperations(inner, this.#change);
  }
}

/** How many operations in a row may fail to match. */
const DROPPED = 100_000;

class Filter extends Wrapper {
  declare readonly inner: Scope;
  readonly #predicate: (op: Operation) => boolean;

  constructor(inner: Scope, predicate: (op: Operation) => boolean) {
    super(inner);
    this.#predicate = predicate;
  }

  op(context: GenContext): Step {
    let scope = this.inner;
    for (let dropped = 0; dropped < DROPPED; dropped++) {
      const step: ScopedStep = scope.ask(context);
      if (step.kind !== 'op') return step;
      if (isSpecial(step.op) || this.#predicate(step.op)) return { kind: 'op', op: step.op, next: this.around(step.next) };
      scope = step.next;
    }
    throw new OrdealError('ORDEAL_BAD_GENERATOR', { what: `${DROPPED} operations in a row did not match`, where: 'filter' });
  }

  protected around(inner: Generator): Generator {
    return new Filter(inner as Scope, this.#predicate);
  }
}

class OnUpdate extends Wrapper {
  readonly #react: Reaction;

  constructor(inner: Generator, react: Reaction) {
    super(inner);
    this.#react = react;
  }

  op(context: GenContext): Step {
    const step = this.inner.op(context);
    return step.kind === 'op' ? { kind: 'op', op: step.op, next: this.around(step.next) } : step;
  }

  override update(context: GenContext, event: Event): Generator {
    return lift(this.#react(this, context, event));
  }

  protected around(inner: Generator): Generator {
    return new OnUpdate(inner, this.#react);
  }
}

class Trace extends Wrapper {
  readonly #name: string;
  readonly #write: (line: string) => void;

  constructor(inner: Generator, name: string, write: (line: string) => void) {
    super(inner);
    this.#name = name;
    this.#write = write;
  }

  op(context: GenContext): Step {
    const step = this.inner.op(context);
    const answer = step.kind === 'op' ? { kind: 'op', op: step.op } : step;
    this.#write(`${this.#name} at ${context.now} op: ${JSON.stringify(answer)}`);
    return step.kind === 'op' ? { kind: 'op', op: step.op, next: this.around(step.next) } : step;
  }

  override update(context: GenContext, event: Event): Generator {
    this.#write(`${this.#name} at ${context.now} update: ${JSON.stringify(event)}`);
    return super.update(context, event);
  }

  protected around(inner: Generator): Generator {
    return new Trace(inner, this.#name, this.#write);
  }
}
