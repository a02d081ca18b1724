/** Independent keys: one small workload per key, so that checkers can judge each key alone. */
import type { Event, GenContext, Generator, Step, Thread } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';
import { Chain } from './chain.ts';
import { soonest } from './choose.ts';
import { GeneratorContext } from './context.ts';
import { type Liftable, lift } from './lift.ts';
import { DONE, PENDING, replaceAt, Scope, type ScopedStep } from './scope.ts';
import { ThreadRanges } from './threads.ts';
import { map } from './transform.ts';

export type Key = string | number;

/** What is done to one key. */
export type PerKey = (key: Key) => Liftable;

/** All threads on one key until its generator is exhausted, then on the next. `keys` may be endless. */
export function sequentialKeys(keys: Iterable<Key>, perKey: PerKey): Generator {
  return lift(perKeyInTurn(keys, perKey));
}

function* perKeyInTurn(keys: Iterable<Key>, perKey: PerKey): Iterable<Liftable> {
  for (const key of keys) yield keyed(key, perKey(key));
}

/**
 * Client threads in groups of `threadsPerKey` (the last may be smaller), each group on a key of its own, and on the next
 * unused key when that is exhausted. The nemesis takes no part. `keys` may be endless.
 */
export function concurrentKeys(threadsPerKey: number, keys: Iterable<Key>, perKey: PerKey): Generator {
  const unused = Chain.of(keys, (key, index) => new Scope(index, keyed(key, perKey(key))));
  return new ConcurrentKeys(new ThreadRanges(threadsPerKey), [], unused);
}

/** Writes the key into every operation. */
export function keyed(key: Key, generator: Liftable): Generator {
  return map((op) => ({ ...op, key }), generator);
}

/** So many keys in a row without a single operation are a mistake, not a workload. */
const EMPTY_KEYS = 10_000;

interface Asked {
  readonly step: ScopedStep;
  readonly unused: Chain<Scope>;
}

class ConcurrentKeys implements Generator {
  readonly #groups: ThreadRanges;
  /** What each group works at, by the group's number. */
  readonly #current: readonly (Scope | undefined)[];
  readonly #unused: Chain<Scope>;

  constructor(groups: ThreadRanges, current: readonly (Scope | undefined)[], unused: Chain<Scope>) {
    this.#groups = groups;
    this.#current = current;
    this.#unused = unused;
  }

  op(context: GenContext): Step {
    const own = GeneratorContext.from(context);
    const groups = this.#groups.of(own.threads);
    if (groups.length === 0) return DONE;
    const asked: Asked[] = [];
    const ask = (index: number): ScopedStep => {
      const answer = this.#ask(own.withThreads(groups[index] as readonly Thread[]), this.#current[index]);
      asked[index] = answer;
      return answer.step;
    };
    const weight = (index: number): number => (groups[index] as readonly Thread[]).length;
    const { step, index } = soonest(own, groups.length, own.draw(0, groups.length), ask, weight);
    if (step.kind !== 'op') return step;
    const { unused } = asked[index] as Asked;
    return { kind: 'op', op: step.op, next: new ConcurrentKeys(this.#groups, this.#withGroup(index, step.next), unused) };
  }

  update(context: GenContext, event: Event): Generator {
    const own = GeneratorContext.from(context);
    const thread = own.run.threadOf(event.process);
    const index = thread === undefined ? undefined : this.#groups.rangeOf(own.threads, thread);
    const current = index === undefined ? undefined : this.#current[index];
    if (index === undefined || current === undefined) return this;
    const next = current.update(own.withThreads(this.#groups.of(own.threads)[index] as readonly Thread[]), event);
    return next === current ? this : new ConcurrentKeys(this.#groups, replaceAt(this.#current, index, next), this.#unused);
  }

  #ask(context: GeneratorContext, current: Scope | undefined): Asked {
    let unused = this.#unused;
    if (!context.threads.some((thread) => context.isFree(thread))) return { step: PENDING as ScopedStep, unused };
    let scope = current;
    for (let empty = 0; empty < EMPTY_KEYS; empty++) {
      if (scope !== undefined) {
        const step = scope.ask(context);
        if (step.kind !== 'done') return { step, unused };
      }
      const { cell } = unused;
      if (cell === undefined) return { step: DONE as ScopedStep, unused };
      scope = cell.value;
      unused = cell.rest;
    }
    throw new OrdealError('ORDEAL_BAD_GENERATOR', { what: `${EMPTY_KEYS} keys in a row had no operation at all`, where: 'concurrentKeys' });
  }

  #withGroup(index: number, scope: Scope): readonly (Scope | undefined)[] {
    const current = this.#current.slice();
    while (current.length < index) current.push(undefined);
    current[index] = scope;
    return current;
  }
}
