import { describe, expect, it } from 'vitest';
import type { Ns, Value } from '../contracts/index.ts';
import { createRng } from '../random/rng.ts';
import { limit } from './bound.ts';
import { GeneratorContext } from './context.ts';
import { delayed, type Liftable, lift } from './lift.ts';
import { GeneratorPath } from './path.ts';
import { clients } from './route.ts';
import { invocations, perfect, quick, type SimulationOptions } from './simulate.ts';

const values = (generator: Liftable, options?: SimulationOptions): Value[] => invocations(quick(clients(generator), options)).map(({ value }) => value);
const names = (generator: Liftable): string[] => invocations(quick(clients(generator))).map(({ f }) => f);

describe('lift', () => {
  it('takes an operation once, with null for no value', () => {
    expect(quick({ f: 'read' }).map(({ type, f, value }) => [type, f, value])).toEqual([
      ['invoke', 'read', null],
      [expect.any(String), 'read', null],
    ]);
  });

  it('takes nothing as nothing', () => {
    expect(quick(null)).toEqual([]);
    expect(quick([undefined, [], null])).toEqual([]);
  });

  it('takes arrays, sets and generators one after the other, nested', () => {
    expect(names([{ f: 'a' }, [{ f: 'b' }, null, { f: 'c' }], new Set([{ f: 'd' }])])).toEqual(['a', 'b', 'c', 'd']);
  });

  it('calls a function for each operation, until it gives nothing', () => {
    let left = 3;
    expect(names(() => (left-- > 0 ? { f: 'w' } : null))).toEqual(['w', 'w', 'w']);
  });

  it('calls a function again when what it gave is exhausted', () => {
    expect(names(limit(5, () => [{ f: 'a' }, { f: 'b' }]))).toEqual(['a', 'b', 'a', 'b', 'a']);
  });

  it('gives a function fresh chance for each operation, the same for the same seed', () => {
    const draw: Liftable = limit(20, ({ rng }) => ({ f: 'w', value: rng.int(0, 1_000_000) }));
    expect(new Set(values(draw)).size).toBe(20);
    expect(values(draw)).toEqual(values(draw));
    expect(values(draw)).not.toEqual(values(draw, { seed: 1 }));
    // Also through `fork`, and where what it gave is a generator again.
    const forked: Liftable = limit(20, ({ rng }) => ({ f: 'w', value: rng.fork('x').int(0, 1_000_000) }));
    expect(new Set(values(forked)).size).toBe(20);
    const nested: Liftable = limit(20, () => [({ rng }) => ({ f: 'w', value: rng.int(0, 1_000_000) })]);
    expect(new Set(values(nested)).size).toBe(20);
  });

  it('iterates a generator function once, and lazily', () => {
    let pulled = 0;
    const generator = lift(function* ({ rng }) {
      for (;;) {
        pulled++;
        yield { f: 'w', value: rng.int(0, 1_000_000) };
      }
    });
    const first = values(limit(5, generator));
    expect(pulled).toBe(5);
    expect(new Set(first).size).toBe(5);
    expect(values(limit(5, generator))).toEqual(first);
  });

  it('does not share one iteration between two places', () => {
    const twice = function* (): Iterable<Liftable> {
      yield { f: 'a' };
      yield { f: 'b' };
    };
    expect(names([twice, twice])).toEqual(['a', 'b', 'a', 'b']);
  });

  it('makes a delayed generator when it is asked, once', () => {
    let made = 0;
    const generator = delayed(({ threads }) => {
      made++;
      return [{ f: 'a', value: threads.length }, { f: 'b' }];
    });
    expect(made).toBe(0);
    expect(values(generator, { concurrency: 3 })).toEqual([3, null]);
    expect(made).toBe(1);
  });

  it('refuses what is no generator, with the reason', () => {
    expect(() => lift(7 as unknown as Liftable)).toThrow(/number 7 is not a generator/);
    expect(() => lift('read' as unknown as Liftable)).toThrow(/not a generator/);
    expect(() => lift(Promise.resolve({ f: 'a' }) as unknown as Liftable)).toThrow(/await it before/);
  });

  it('waits for the process that a recorded operation names', () => {
    const events = perfect([
      { f: 'a', process: 1 },
      { f: 'b', process: 1 },
      { f: 'c', process: 0 },
    ]);
    expect(invocations(events).map(({ f, process, time }) => [f, process, time])).toEqual([
      ['a', 1, 0],
      ['b', 1, 10],
      ['c', 0, 10],
    ]);
  });

  it('keeps the time that an operation names', () => {
    expect(invocations(perfect([{ f: 'a', time: 100 as Ns }, { f: 'b' }])).map(({ time }) => time)).toEqual([100, 100]);
  });
});

describe('the thread of an operation', () => {
  const contextOf = (busy: ReadonlySet<number>, emitted: number): GeneratorContext => {
    const run = {
      now: 5 as Ns,
      isFree: (thread: unknown) => !busy.has(thread as number),
      isIdle: () => true,
      processOf: (thread: unknown) => (thread as number) + 10,
      threadOf: () => undefined,
    };
    return new GeneratorContext(run, [0, 1, 2, 3, 4], GeneratorPath.root(createRng(3)), emitted);
  };

  it('is drawn uniformly among the free ones', () => {
    const counts = new Map<unknown, number>();
    for (let emitted = 0; emitted < 6_000; emitted++) {
      const step = lift({ f: 'x' }).op(contextOf(new Set([0, 3]), emitted));
      if (step.kind === 'op') counts.set(step.op.process, (counts.get(step.op.process) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([11, 12, 14]);
    for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  it('is the only free one even where draws miss it, and pending while there is none', () => {
    for (let emitted = 0; emitted < 200; emitted++)
      expect(lift({ f: 'x' }).op(contextOf(new Set([0, 1, 2, 4]), emitted))).toMatchObject({ op: { process: 13, time: 5 } });
    expect(lift({ f: 'x' }).op(contextOf(new Set([0, 1, 2, 3, 4]), 0))).toEqual({ kind: 'pending' });
    expect(lift(() => ({ f: 'x' })).op(contextOf(new Set([0, 1, 2, 3, 4]), 0))).toEqual({ kind: 'pending' });
  });
});

describe('a context made by hand', () => {
  it('is good enough', () => {
    const context = {
      now: 3 as Ns,
      rng: createRng(1),
      threads: [0, 'nemesis' as const],
      isFree: (thread: unknown) => thread === 0,
      processOf: (thread: unknown) => thread as number,
    };
    expect(clients({ f: 'x' }).op(context)).toMatchObject({ op: { f: 'x', process: 0, time: 3 } });
  });
});
