import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event, GenContext, Generator, Ns, Step } from '../contracts/index.ts';
import { concurrencyLimit, cycle, limit, once, processLimit, repeat, timeLimit, untilOk } from './bound.ts';
import { any, mix, shortestAny } from './choose.ts';
import { friendlyExceptions, validate } from './guard.ts';
import { concurrentKeys, sequentialKeys } from './keys.ts';
import { delayed, type Liftable, lift } from './lift.ts';
import { delay, rate, stagger } from './pace.ts';
import { clients, eachProcess, eachThread, reserve } from './route.ts';
import { cycleTimes, flipFlop, phases, synchronize } from './sequence.ts';
import { imperfect, perfect, type SimulationOptions, simulate } from './simulate.ts';
import { log, sleep } from './special.ts';
import { filter, fMap, map, onUpdate, type Reaction } from './transform.ts';

/** A tree is built anew for every run: iterators can be consumed once. `text` is how a person would write it. */
interface Tree {
  readonly text: string;
  readonly build: () => Liftable;
}

const ns = (value: number): Ns => value as Ns;
const tree = (text: string, build: () => Liftable): Tree => ({ text, build });

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  fc.constantFrom('a', 'b').map((f) => tree(`{${f}}`, () => ({ f, value: 1 }))),
  fc.constant(
    tree('fn', () => ({ rng }) => ({ f: 'fn', value: rng.int(0, 999) })),
  ),
  fc.constant(
    tree('fn-of-list', () => ({ rng }) => [{ f: 'x', value: rng.int(0, 9) }, { f: 'y' }]),
  ),
  fc.constant(
    tree(
      'fn*',
      () =>
        function* ({ rng }) {
          for (let i = 0; i < 3; i++) yield { f: 'star', value: rng.int(0, 99) };
        },
    ),
  ),
  fc.constant(tree('set', () => new Set([{ f: 's1' }, { f: 's2' }]))),
  fc.constant(tree('filter', () => filter(({ f }) => f !== 'b', [{ f: 'b' }, { f: 'a' }, { f: 'b' }, { f: 'c' }]))),
  fc.constant(tree('null', () => null)),
  fc.constant(tree('sleep', () => sleep(ns(15)))),
  fc.constant(tree('log', () => log('x'))),
  fc.constant(tree('delayed', () => delayed(({ threads }) => ({ f: 'made', value: threads.length })))),
);

const small = fc.integer({ min: 1, max: 4 });
const duration = fc.integer({ min: 1, max: 120 });

const passOn: Reaction = (self, context, event) => {
  const inner = self.inner.update(context, event);
  return inner === self.inner ? self : onUpdate(passOn, inner);
};

type Make1 = (g: Liftable, n: number, t: number) => Liftable;
type Make2 = (a: Liftable, b: Liftable, t: number) => Liftable;

/** Without `cache`, whose offers depend on when it was asked before. */
const unary: Readonly<Record<string, Make1>> = {
  limit: (g, n) => limit(n, g),
  once: (g) => once(g),
  repeat: (g, n) => repeat(g, n),
  cycle: (g, n) => cycle(g, n),
  timeLimit: (g, _, t) => timeLimit(ns(t), g),
  processLimit: (g, n) => processLimit(4 + n, g),
  concurrencyLimit: (g, n) => concurrencyLimit(n, g),
  untilOk: (g) => untilOk(g),
  delay: (g, _, t) => delay(ns(t), g),
  stagger: (g, _, t) => stagger(ns(t), g),
  rate: (g, _, t) => rate(1e9 / t, g),
  eachThread: (g, n) => eachThread(limit(n, g)),
  eachProcess: (g, n) => limit(10, eachProcess(limit(n, g))),
  reserve: (g) => reserve([[1, g]], { f: 'rest' }),
  synchronize: (g) => synchronize(g),
  sequentialKeys: (g, n) => sequentialKeys([1, 2], () => limit(n, g)),
  concurrentKeys: (g, n) => concurrentKeys(2, ['k1', 'k2', 'k3'], () => limit(n, g)),
  map: (g) => map((op, { rng }) => ({ ...op, value: [op.value, rng.int(0, 9)] }), g),
  fMap: (g) => fMap({ a: 'A' }, g),
  onUpdate: (g) => onUpdate(passOn, g),
  validate: (g) => validate(friendlyExceptions(g)),
};

const binary: Readonly<Record<string, Make2>> = {
  list: (a, b) => [a, b],
  any: (a, b) => any(a, b),
  shortestAny: (a, b) => shortestAny(a, b),
  mix: (a, b) => mix([a, b]),
  flipFlop: (a, b) => flipFlop(a, b),
  phases: (a, b) => phases(a, b),
  cycleTimes: (a, b, t) => cycleTimes([ns(t), a], [ns(20), b], [ns(10), null]),
};

/** Trees of up to a dozen combinators. Some are endless: put a limit around them. */
const trees: fc.Arbitrary<Tree> = fc
  .letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc
        .tuple(fc.constantFrom(...Object.keys(unary)), tie('tree'), small, duration)
        .map(([name, g, n, t]) => tree(`${name}(${n}, ${t}, ${g.text})`, () => (unary[name] as Make1)(g.build(), n, t))),
      fc
        .tuple(fc.constantFrom(...Object.keys(binary)), tie('tree'), tie('tree'), duration)
        .map(([name, a, b, t]) => tree(`${name}(${t}, ${a.text}, ${b.text})`, () => (binary[name] as Make2)(a.build(), b.build(), t))),
    ),
  }))
  // Slices within slices may never meet: such a tree waits for ever, rightly.
  .tree.filter(({ text }) => text.split('cycleTimes').length < 3);

const OPTIONS: SimulationOptions = { concurrency: 4, seed: 7, maxEvents: 400 };
const printed = trees.map((t) => ({ ...t, toString: () => t.text }));
/** `reserve` reserves client threads. */
const forNemesis = printed.filter(({ text }) => !text.includes('reserve'));
const bounded = (t: Tree): Generator => clients(limit(40, t.build()));

/** Asks every question several times and insists on one answer. */
class Speculative implements Generator {
  readonly #inner: Generator;

  constructor(inner: Generator) {
    this.#inner = inner;
  }

  op(context: GenContext): Step {
    const first = this.#inner.op(context);
    const second = this.#inner.op(context);
    const strip = (step: Step): unknown => (step.kind === 'op' ? step.op : step);
    expect(strip(second)).toEqual(strip(first));
    return first.kind === 'op' ? { kind: 'op', op: first.op, next: new Speculative(first.next) } : first;
  }

  update(context: GenContext, event: Event): Generator {
    // An update that is not kept has no effect either.
    this.#inner.update(context, { ...event, type: 'fail' });
    this.#inner.op(context);
    return new Speculative(this.#inner.update(context, event));
  }
}

describe('every tree of generators', () => {
  it('gives the same run for the same seed', () => {
    fc.assert(
      fc.property(printed, (t) => {
        expect(imperfect(bounded(t), OPTIONS)).toEqual(imperfect(bounded(t), OPTIONS));
      }),
      { numRuns: 150 },
    );
  });

  it('answers the same when asked twice, and forgets answers that are not used', () => {
    fc.assert(
      fc.property(printed, (t) => {
        expect(imperfect(new Speculative(bounded(t)), OPTIONS)).toEqual(imperfect(bounded(t), OPTIONS));
      }),
      { numRuns: 150 },
    );
  });

  it('is done for good, and never gets stuck', () => {
    fc.assert(
      fc.property(printed, (t) => {
        let last: { generator: Generator; context: GenContext } | undefined;
        const watch = (inner: Generator): Generator => ({
          op: (context) => {
            const step = inner.op(context);
            if (step.kind === 'done') last = { generator: inner, context };
            return step.kind === 'op' ? { ...step, next: watch(step.next) } : step;
          },
          update: (context, event) => watch(inner.update(context, event)),
        });
        // `simulate` throws when a generator is pending for nothing.
        imperfect(watch(bounded(t)), { ...OPTIONS, maxEvents: 10_000 });
        expect(last?.generator.op(last.context).kind).toBe('done');
      }),
      { numRuns: 150 },
    );
  });

  it('offers clients the same whatever the nemesis does, and the reverse', () => {
    const of = (events: readonly Event[], nemesis: boolean) =>
      events.filter(({ process }) => (process === 'nemesis') === nemesis).map(({ index, ...event }) => event);
    const finite = { ...OPTIONS, maxEvents: 10_000 };
    fc.assert(
      fc.property(printed, forNemesis, (workload, schedule) => {
        const both = perfect(clients(limit(40, workload.build()), limit(10, schedule.build())), finite);
        expect(of(both, false)).toEqual(of(perfect(clients(limit(40, workload.build())), finite), false));
        expect(of(both, true)).toEqual(of(perfect(clients(null, limit(10, schedule.build())), finite), true));
      }),
      { numRuns: 150 },
    );
  });

  it('never asks more often than something happens', () => {
    fc.assert(
      fc.property(printed, fc.integer({ min: 1, max: 500 }), (t, latency) => {
        const asked: Ns[] = [];
        const woken = new Set<number>();
        const note = (inner: Generator): Generator => ({
          op: (context) => {
            const step = inner.op(context);
            if (step.kind === 'pending' && step.wakeAt !== undefined) {
              expect(step.wakeAt).toBeGreaterThan(context.now);
              woken.add(step.wakeAt);
            }
            return step.kind === 'op' ? { ...step, next: note(step.next) } : step;
          },
          update: (context, event) => note(inner.update(context, event)),
        });
        let specials = 0;
        const count = (inner: Generator): Generator => ({
          op: (context) => {
            const step = inner.op(context);
            return step.kind === 'op' ? { ...step, next: count(step.next) } : step;
          },
          update: (context, event) => {
            if (event.index < 0) specials++;
            return count(inner.update(context, event));
          },
        });
        const events = simulate(note(count(lift(bounded(t)))), () => ({ latency: latency as Ns, type: 'ok' }), { ...OPTIONS, onAsk: (now) => asked.push(now) });
        // After each event, and at each time to wake, at most one question that gives no operation.
        expect(asked.length).toBeLessThanOrEqual(2 * (events.length + specials + woken.size) + 2);
      }),
      { numRuns: 150 },
    );
  });
});
