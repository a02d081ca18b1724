import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event, Ns } from '../contracts/index.ts';
import { limit, timeLimit } from './bound.ts';
import { type Liftable, lift } from './lift.ts';
import { delay } from './pace.ts';
import { clients } from './route.ts';
import { andThen, concat, cycleTimes, flipFlop, phases, synchronize } from './sequence.ts';
import { imperfect, invocations, perfect, quick, simulate } from './simulate.ts';
import { log, sleep } from './special.ts';

const ns = (value: number): Ns => value as Ns;
const op =
  (f: string): Liftable =>
  () => ({ f });
const names = (events: readonly Event[]): string =>
  invocations(events)
    .map(({ f }) => f)
    .join('');

describe('concat', () => {
  it('does not wait for what is in flight', () => {
    const events = perfect(clients(concat({ f: 'a' }, { f: 'b' }, null, { f: 'c' })), { concurrency: 3 });
    expect(names(events)).toBe('abc');
    expect(invocations(events).map(({ time }) => time)).toEqual([0, 0, 0]);
  });
});

describe('phases', () => {
  it('begins a phase when the one before has nothing in flight', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (n, concurrency, latencies) => {
          const generator = clients(phases(limit(n, op('a')), limit(n, op('b')), limit(n, op('c'))));
          const events = simulate(generator, (_, i) => ({ latency: ns(latencies[i % latencies.length] ?? 1), type: i % 4 === 3 ? 'info' : 'ok' }), {
            concurrency,
          });
          expect(events.map(({ f }) => f).join('')).toBe('a'.repeat(2 * n) + 'b'.repeat(2 * n) + 'c'.repeat(2 * n));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('synchronises a sleep as well', () => {
    const events = perfect(clients(phases(limit(2, op('a')), sleep(ns(100)), limit(2, op('b')))));
    expect(invocations(events).map(({ f, time }) => [f, time])).toEqual([
      ['a', 0],
      ['a', 0],
      ['b', 110],
      ['b', 110],
    ]);
  });

  it('synchronize waits only for its own threads', () => {
    const events = perfect(clients(synchronize({ f: 'a' }), delay(ns(3), limit(10, op('n')))));
    expect(events.find(({ f }) => f === 'a')?.time).toBe(0);
  });

  it('andThen takes them in the order of Jepsen', () => {
    expect(names(perfect(clients(andThen({ f: 'b' }, limit(3, op('a'))))))).toBe('aaab');
  });
});

describe('flipFlop', () => {
  it('alternates, and ends when the one whose turn it is has ended', () => {
    fc.assert(
      fc.property(fc.nat(6), fc.nat(6), fc.integer({ min: 1, max: 4 }), (a, b, concurrency) => {
        const text = names(imperfect(clients(flipFlop(limit(a, op('a')), limit(b, op('b')))), { concurrency }));
        expect(text).toBe('ab'.repeat(7).slice(0, Math.min(2 * a, 2 * b + 1)));
      }),
    );
  });
});

describe('cycleTimes', () => {
  it('gives each its slice, and keeps its state between slices', () => {
    const generator = timeLimit(ns(350), clients(cycleTimes([ns(100), delay(ns(20), op('a'))], [ns(50), lift([{ f: 'b' }, { f: 'c' }, { f: 'd' }])])));
    const events = perfect(generator, { concurrency: 1 });
    for (const { f, time } of invocations(events)) expect(f === 'a').toBe(time % 150 < 100);
    // The second slice goes on where it stopped; b, c and d are done within the first of its slices.
    expect(names(events).replaceAll('a', '')).toBe('bcd');
    expect(invocations(events).filter(({ f, time }) => f === 'a' && time >= 150).length).toBeGreaterThan(5);
  });

  it('has quiet slices, also at the beginning, without polling', () => {
    const asked: number[] = [];
    const generator = timeLimit(ns(1_000), clients(cycleTimes([ns(100), null], [ns(20), delay(ns(5), op('a'))])));
    const times = invocations(perfect(generator, { concurrency: 1, onAsk: (now) => asked.push(now) })).map(({ time }) => time);
    expect(times.length).toBeGreaterThan(8);
    for (const time of times) expect(time % 120).toBeGreaterThanOrEqual(100);
    expect(asked.filter((now) => now < 1_000 && now % 120 > 30 && now % 120 < 100)).toEqual([]);
  });

  it('does not start in one slice what belongs after it', () => {
    const times = invocations(perfect(clients(cycleTimes([ns(100), [{ f: 'a' }, { f: 'a', time: ns(130) }]], [ns(50), null])), { concurrency: 1 })).map(
      ({ time }) => time,
    );
    expect(times).toEqual([0, 150]);
  });

  it('ends when all of its generators have', () => {
    expect(names(perfect(clients(cycleTimes([ns(10), limit(2, op('a'))], [ns(10), null], [ns(10), limit(1, op('b'))]))))).toBe('aab');
    expect(quick(cycleTimes())).toEqual([]);
  });
});

describe('special operations', () => {
  it('take their time, and are not in the history', () => {
    const events = perfect(clients([{ f: 'a' }, log('hello'), sleep(ns(25)), { f: 'b' }]), { concurrency: 1 });
    expect(events.map(({ f, type, time }) => [f, type, time])).toEqual([
      ['a', 'invoke', 0],
      ['a', 'ok', 10],
      ['b', 'invoke', 35],
      ['b', 'ok', 45],
    ]);
  });
});
