/**
 * Base values as generators: an operation (once), a function (called for each operation), an array or iterable (one
 * after the other), a generator function, nothing.
 *
 * Leaves fill in who and when: a free thread of the context, drawn at random, and now.
 */
import type { Event, GenContext, Generator, Invocation, Ns, Process, Scheduled, Step, Value } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';
import { Chain } from './chain.ts';
import { anyFree, freeThread, GeneratorContext } from './context.ts';
import type { GeneratorPath } from './path.ts';
import { DONE, PENDING, Scope } from './scope.ts';

/** An operation as a workload writes it. `value` is null where absent; `process` and `time` are filled in where absent. */
export interface OpTemplate {
  readonly f: string;
  readonly key?: string | number;
  readonly value?: Value;
  /** Recorded operations say who: pending until that very process is free. */
  readonly process?: Process;
  /** The intended start. */
  readonly time?: Ns;
}

/**
 * Called for an operation, again when what it gave is exhausted; gives nothing when it is done. Must be a function of
 * its context: chance from `context.rng`, time from `context.now`. A generator *function* is called once and iterated;
 * of its context it may keep `rng` and `threads` only. For endless workloads a plain function is lighter: an iteration
 * is remembered for as long as its first generator is held.
 */
export type OpFunction = (context: GenContext) => Liftable;

export interface LiftableIterable extends Iterable<Liftable> {}

/** Everything that can stand where a generator is asked for. */
export type Liftable = Generator | OpTemplate | OpFunction | LiftableIterable | null | undefined;

/** Makes a generator of a base value. Throws ORDEAL_BAD_GENERATOR for what is none. */
export function lift(source: Liftable): Generator {
  if (source === null || source === undefined) return EMPTY;
  if (isGenerator(source)) return source;
  if (typeof source === 'function') return isGeneratorFunction(source) ? new IteratedFunction(source) : new FunctionGenerator(source);
  if (isTemplate(source)) return new OneShot(source);
  if (Array.isArray(source)) return new Sequence(source, 0, undefined);
  if (typeof source === 'object' && Symbol.iterator in source) return Iterated.of(source);
  const hint = typeof source === 'object' && 'then' in source ? ': await it before, or use delayed(() => …)' : '';
  throw new OrdealError('ORDEAL_BAD_GENERATOR', { what: `${describe(source)} is not a generator${hint}`, value: source });
}

/** Made when it is first asked, once per place: for generators that are expensive to build, or depend on the context. */
export function delayed(make: OpFunction): Generator {
  return new Delayed(make);
}

/** Exhausted from the start. */
export const EMPTY: Generator = { op: () => DONE, update: () => EMPTY };

export function isGenerator(value: unknown): value is Generator {
  return typeof value === 'object' && value !== null && 'op' in value && typeof value.op === 'function' && 'update' in value;
}

function isTemplate(value: unknown): value is OpTemplate {
  return typeof value === 'object' && value !== null && 'f' in value && typeof value.f === 'string';
}

function isGeneratorFunction(value: OpFunction): boolean {
  return Object.prototype.toString.call(value) === '[object GeneratorFunction]';
}

/** Fills in process and time; undefined while nobody is free to do it. */
function fill(context: GeneratorContext, template: OpTemplate): Scheduled<Invocation> | undefined {
  let { process } = template;
  if (process === undefined) {
    const thread = freeThread(context);
    if (thread === undefined) return undefined;
    process = context.processOf(thread);
  } else {
    const thread = context.run.threadOf(process);
    if (thread === undefined || !context.isFree(thread) || context.processOf(thread) !== process) return undefined;
  }
  const time = template.time ?? context.now;
  const value = template.value ?? null;
  if ('special' in template) return { ...template, value, time, process };
  return template.key === undefined ? { f: template.f, value, time, process } : { f: template.f, key: template.key, value, time, process };
}

class OneShot implements Generator {
  readonly #template: OpTemplate;

  constructor(template: OpTemplate) {
    this.#template = template;
  }

  op(context: GenContext): Step {
    const op = fill(GeneratorContext.from(context), this.#template);
    return op === undefined ? PENDING : { kind: 'op', op, next: EMPTY };
  }

  update(): Generator {
    return this;
  }
}

class FunctionGenerator implements Generator {
  readonly #make: OpFunction;

  constructor(make: OpFunction) {
    this.#make = make;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    if (!anyFree(own)) return PENDING;
    const made = this.#make(own);
    if (made === null || made === undefined) return DONE;
    if (!isGenerator(made) && isTemplate(made)) {
      const op = fill(own, made);
      return op === undefined ? PENDING : { kind: 'op', op, next: this };
    }
    const step = new Scope(own.emitted, lift(made)).op(own);
    return step.kind === 'op' ? { kind: 'op', op: step.op, next: new FollowedBy(step.next, this) } : step;
  }

  update(): Generator {
    return this;
  }
}

/** What a function gave, then the function again. */
class FollowedBy implements Generator {
  readonly #first: Generator;
  readonly #second: Generator;

  constructor(first: Generator, second: Generator) {
    this.#first = first;
    this.#second = second;
  }

  op(context: GenContext): Step {
    const step = this.#first.op(context);
    if (step.kind === 'done') return this.#second.op(context);
    return step.kind === 'op' ? { kind: 'op', op: step.op, next: new FollowedBy(step.next, this.#second) } : step;
  }

  update(context: GenContext, event: Event): Generator {
    const first = this.#first.update(context, event);
    return first === this.#first ? this : new FollowedBy(first, this.#second);
  }
}

/** The first element until it is exhausted, then the next. Updates go to the first only. */
class Sequence implements Generator {
  readonly #items: readonly Liftable[];
  readonly #index: number;
  readonly #current: Scope | undefined;
  // Elements lifted and not yet started: a memo, so that asking twice lifts once.
  #lifted: Map<number, Scope> | undefined;

  constructor(items: readonly Liftable[], index: number, current: Scope | undefined) {
    this.#items = items;
    this.#index = index;
    this.#current = current;
  }

  op(context: GenContext): Step {
    for (let index = this.#index; index < this.#items.length; index++) {
      const step = this.#element(index).ask(context);
      if (step.kind === 'op') return { kind: 'op', op: step.op, next: new Sequence(this.#items, index, step.next) };
      if (step.kind === 'pending') return step;
    }
    return DONE;
  }

  update(context: GenContext, event: Event): Generator {
    if (this.#index >= this.#items.length) return this;
    const current = this.#element(this.#index);
    const next = current.update(context, event);
    return next === current ? this : new Sequence(this.#items, this.#index, next);
  }

  #element(index: number): Scope {
    if (index === this.#index && this.#current !== undefined) return this.#current;
    let scope = this.#lifted?.get(index);
    if (scope === undefined) {
      scope = new Scope(index, lift(this.#items[index]));
      this.#lifted ??= new Map();
      this.#lifted.set(index, scope);
    }
    return scope;
  }
}

/** Elements of an iteration, each lifted once, one after the other. Who holds the first holds all that were pulled. */
class Iterated implements Generator {
  readonly #elements: Chain<Scope>;
  readonly #current: Scope | undefined;

  constructor(elements: Chain<Scope>, current: Scope | undefined) {
    this.#elements = elements;
    this.#current = current;
  }

  static of(iterable: Iterable<Liftable>): Iterated {
    return new Iterated(
      Chain.of(iterable, (element, index) => new Scope(index, lift(element))),
      undefined,
    );
  }

  op(context: GenContext): Step {
    let current = this.#current;
    for (let elements = this.#elements; ; current = undefined) {
      const { cell } = elements;
      if (cell === undefined) return DONE;
      const step = (current ?? cell.value).ask(context);
      if (step.kind === 'op') return { kind: 'op', op: step.op, next: new Iterated(elements, step.next) };
      if (step.kind === 'pending') return step;
      elements = cell.rest;
    }
  }

  update(context: GenContext, event: Event): Generator {
    const current = this.#current ?? this.#elements.cell?.value;
    const next = current?.update(context, event);
    return next === current ? this : new Iterated(this.#elements, next);
  }
}

/** Makes its child when first asked, and remembers it with the place it was made for. */
class Delayed implements Generator {
  readonly #make: OpFunction;
  #made: { readonly path: GeneratorPath; readonly inner: Generator } | undefined;

  constructor(make: OpFunction) {
    this.#make = make;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    if (this.#made?.path !== own.path) {
      this.#made = { path: own.path, inner: lift(this.#make(new GeneratorContext(own.run, own.threads, own.path.child('delayed'), 0))) };
    }
    return this.#made.inner.op(own);
  }

  update(context: GenContext, event: Event): Generator {
    const inner = this.#made?.inner;
    const next = inner?.update(context, event);
    return next === undefined || next === inner ? this : next;
  }
}

class IteratedFunction extends Delayed {
  constructor(make: OpFunction) {
    super((context) => Iterated.of(make(context) as LiftableIterable));
  }
}

function describe(source: unknown): string {
  return source === null || typeof source !== 'object' ? `${typeof source} ${String(source)}` : `an object with ${Object.keys(source).join(', ') || 'no keys'}`;
}
