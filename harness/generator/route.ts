/** Combinators that say which threads do what. */
import type { Event, GenContext, Generator, Step, Thread } from '../contracts/index.ts';
import { anyOf, soonest } from './choose.ts';
import { GeneratorContext } from './context.ts';
import { type Liftable, lift } from './lift.ts';
import { DONE, PENDING, replaceAt, Scope, type ScopedStep, Wrapper } from './scope.ts';
import { ThreadFilter, ThreadRanges } from './threads.ts';

/** Only the threads of which `predicate` holds; done where there is none. */
export function onThreads(predicate: (thread: Thread) => boolean, generator: Liftable): Generator {
  return new OnThreads(lift(generator), predicate, new ThreadFilter(predicate));
}

/** Short for `onThreads`. */
export const on = onThreads;

const isNemesis = (thread: Thread): boolean => thread === 'nemesis';
const isClient = (thread: Thread): boolean => thread !== 'nemesis';

/** `generator` for the clients; with a second one, that for the nemesis, at the same time. */
export function clients(generator: Liftable, nemesisGenerator?: Liftable): Generator {
  const forClients = new Scope('clients', onThreads(isClient, generator));
  return nemesisGenerator === undefined ? forClients : anyOf([forClients, new Scope('nemesis', onThreads(isNemesis, nemesisGenerator))]);
}

/** `generator` for the nemesis; with a second one, that for the clients, at the same time. */
export function nemesis(generator: Liftable, clientGenerator?: Liftable): Generator {
  return clientGenerator === undefined ? new Scope('nemesis', onThreads(isNemesis, generator)) : clients(clientGenerator, generator);
}

/**
 * The first `count` client threads do the first generator, the next the second …; all others, the nemesis among them, do
 * `rest`. Each sees its own threads only.
 */
export function reserve(ranges: readonly (readonly [count: number, generator: Liftable])[], rest: Liftable): Generator {
  const children = [...ranges.map(([, generator]) => generator), rest].map((generator, index) => new Scope(index, lift(generator)));
  return new Reserve(children, new ThreadRanges(ranges.map(([count]) => count)));
}

/** A copy of the generator for each thread, independent of the others. */
export function eachThread(generator: Liftable): Generator {
  return new Each(lift(generator), (_, thread) => thread, []);
}

/** A copy of the generator for each process: a thread whose process crashed begins anew. */
export function eachProcess(generator: Liftable): Generator {
  return new Each(lift(generator), (context, thread) => context.processOf(thread), []);
}

class OnThreads extends Wrapper {
  readonly #predicate: (thread: Thread) => boolean;
  readonly #filter: ThreadFilter;

  constructor(inner: Generator, predicate: (thread: Thread) => boolean, filter: ThreadFilter) {
    super(inner);
    this.#predicate = predicate;
    this.#filter = filter;
  }

  op(context: GenContext): Step {
    const own = this.#narrow(GeneratorContext.from(context));
    if (own.threads.length === 0) return DONE;
    const step = this.inner.op(own);
    return step.kind === 'op' ? { kind: 'op', op: step.op, next: this.around(step.next) } : step;
  }

  override update(context: GenContext, event: Event): Generator {
    const own = GeneratorContext.from(context);
    const thread = own.run.threadOf(event.process);
    return thread === undefined || !this.#predicate(thread) ? this : super.update(this.#narrow(own), event);
  }

  protected around(inner: Generator): Generator {
    return new OnThreads(inner, this.#predicate, this.#filter);
  }

  #narrow(context: GeneratorContext): GeneratorContext {
    return context.withThreads(this.#filter.of(context.threads));
  }
}

class Reserve implements Generator {
  readonly #children: readonly Scope[];
  readonly #ranges: ThreadRanges;

  constructor(children: readonly Scope[], ranges: ThreadRanges) {
    this.#children = children;
    this.#ranges = ranges;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    const ranges = this.#ranges.of(own.threads);
    const first = this.#ranges.rangeOf(own.threads, own.threads[own.draw(0, own.threads.length)] as Thread) ?? 0;
    const ask = (index: number): ScopedStep => {
      const threads = ranges[index] as readonly Thread[];
      return threads.length === 0 ? (DONE as ScopedStep) : (this.#children[index] as Scope).ask(own.withThreads(threads));
    };
    const { step, index } = soonest(own, this.#children.length, first, ask, (i) => (ranges[i] as readonly Thread[]).length);
    return step.kind === 'op' ? { kind: 'op', op: step.op, next: new Reserve(replaceAt(this.#children, index, step.next), this.#ranges) } : step;
  }

  update(context: GenContext, event: Event): Generator {
    const own = GeneratorContext.from(context);
    const thread = own.run.threadOf(event.process);
    const index = thread === undefined ? undefined : this.#ranges.rangeOf(own.threads, thread);
    if (index === undefined) return this;
    const child = this.#children[index] as Scope;
    const next = child.update(own.withThreads(this.#ranges.of(own.threads)[index] as readonly Thread[]), event);
    return next === child ? this : new Reserve(replaceAt(this.#children, index, next), this.#ranges);
  }
}

type CopyKey = (context: GenContext, thread: Thread) => string | number;

const one = (): number => 1;
const singles = new ThreadRanges('each');

/** Copies by position of the thread; a scope is named for what it is a copy for, and made anew when that has changed. */
class Each implements Generator {
  readonly #original: Generator;
  readonly #keyOf: CopyKey;
  readonly #copies: readonly (Scope | undefined)[];

  constructor(original: Generator, keyOf: CopyKey, copies: readonly (Scope | undefined)[]) {
    this.#original = original;
    this.#keyOf = keyOf;
    this.#copies = copies;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    const count = own.threads.length;
    if (count === 0) return DONE;
    const alone = singles.of(own.threads);
    const ask = (index: number): ScopedStep => {
      const thread = own.threads[index] as Thread;
      if (!own.isFree(thread)) return PENDING as ScopedStep;
      return this.#copy(own, index).ask(own.withThreads(alone[index] as readonly Thread[]));
    };
    const { step, index } = soonest(own, count, own.draw(0, count), ask, one);
    return step.kind === 'op' ? { kind: 'op', op: step.op, next: this.#with(index, step.next) } : step;
  }

  update(context: GenContext, event: Event): Generator {
    const own = GeneratorContext.from(context);
    const thread = own.run.threadOf(event.process);
    const index = thread === undefined ? undefined : singles.rangeOf(own.threads, thread);
    if (index === undefined) return this;
    const copy = this.#copy(own, index);
    const next = copy.update(own.withThreads(singles.of(own.threads)[index] as readonly Thread[]), event);
    return next === copy ? this : this.#with(index, next);
  }

  #copy(context: GeneratorContext, index: number): Scope {
    const key = this.#keyOf(context, context.threads[index] as Thread);
    const copy = this.#copies[index];
    return copy?.name === key ? copy : new Scope(key, this.#original);
  }

  #with(index: number, copy: Scope): Each {
    const copies = this.#copies.slice();
    while (copies.length < index) copies.push(undefined);
    copies[index] = copy;
    return new Each(this.#original, this.#keyOf, copies);
  }
}
