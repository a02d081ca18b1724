import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event, Ns } from '../contracts/index.ts';
import { limit } from './bound.ts';
import { cache } from './cache.ts';
import { type Liftable, lift } from './lift.ts';
import { delay, rate, stagger } from './pace.ts';
import { clients } from './route.ts';
import { invocations, perfect, simulate } from './simulate.ts';

const ns = (value: number): Ns => value as Ns;
const write: Liftable = () => ({ f: 'w' });
const timesOf = (events: readonly Event[]): number[] => invocations(events).map(({ time }) => time);
const gapsOf = (times: readonly number[]): number[] => times.slice(1).map((time, i) => time - (times[i] ?? 0));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('delay', () => {
  it('spaces operations evenly over all threads, and catches up when behind', () => {
    expect(timesOf(perfect(clients(delay(ns(30), limit(5, write))), { concurrency: 8 }))).toEqual([0, 30, 60, 90, 120]);
    // One thread, busy for 100 at first: what was missed comes at once, then the pace is the old one.
    const slowFirst = simulate(clients(delay(ns(30), limit(7, write))), (_, n) => ({ latency: ns(n === 0 ? 100 : 1), type: 'ok' }), { concurrency: 1 });
    expect(timesOf(slowFirst)).toEqual([0, 100, 101, 102, 120, 150, 180]);
  });
});

describe('stagger', () => {
  it('has the mean over all threads, and spreads from 0 to twice that', () => {
    for (const concurrency of [2, 40]) {
      const gaps = gapsOf(timesOf(perfect(clients(stagger(ns(1_000), limit(4_000, write))), { concurrency })));
      expect(Math.abs(mean(gaps) - 1_000)).toBeLessThan(30);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(2_000);
      expect(Math.min(...gaps)).toBeLessThan(20);
      expect(gaps.filter((gap) => gap > 1_500).length / gaps.length).toBeCloseTo(0.25, 1);
    }
  });
});

describe('rate', () => {
  const intended = (events: readonly Event[]): number[] => invocations(events).map(({ scheduled }) => scheduled ?? Number.NaN);

  it('intends so many a second, whatever the system does', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('poisson', 'uniform', 'fixed'),
        fc.constantFrom(1, 10, 10_000_000),
        fc.integer({ min: 1, max: 4 }),
        (distribution, latency, concurrency) => {
          const generator = clients(rate(1_000_000, limit(4_000, write), { distribution }));
          const events = simulate(generator, () => ({ latency: ns(latency), type: 'ok' }), { concurrency });
          const gaps = gapsOf(intended(events));
          expect(Math.abs(mean(gaps) - 1_000)).toBeLessThan(60);
          // The intended start never lies after the real one.
          for (const { time, scheduled } of invocations(events)) expect(scheduled).toBeLessThanOrEqual(time);
        },
      ),
      { numRuns: 18 },
    );
  });

  it('does not shift what is intended when it falls behind', () => {
    const run = (latency: number): number[] =>
      intended(simulate(clients(rate(1_000_000, limit(300, write))), () => ({ latency: ns(latency), type: 'ok' }), { concurrency: 1 }));
    expect(run(1_000_000)).toEqual(run(1));
  });

  it('starts at once what should have started long ago', () => {
    const events = simulate(clients(rate(1_000_000, limit(50, write))), () => ({ latency: ns(100_000), type: 'ok' }), { concurrency: 1 });
    expect(timesOf(events)).toEqual(Array.from({ length: 50 }, (_, i) => i * 100_000));
  });

  it('spreads by the law that was asked for', () => {
    const shares = (distribution: 'poisson' | 'uniform' | 'fixed', above: number): number => {
      const gaps = gapsOf(intended(perfect(clients(rate(1_000_000, limit(8_000, write), { distribution })), { concurrency: 8 })));
      return gaps.filter((gap) => gap > above).length / gaps.length;
    };
    // Exponential: e^-1, e^-2, e^-3 of the gaps exceed one, two, three means.
    expect(shares('poisson', 1_000)).toBeCloseTo(0.368, 1);
    expect(Math.abs(shares('poisson', 2_000) - 0.1353)).toBeLessThan(0.02);
    expect(Math.abs(shares('poisson', 3_000) - 0.0498)).toBeLessThan(0.012);
    expect(Math.abs(shares('uniform', 1_500) - 0.25)).toBeLessThan(0.02);
    expect(shares('fixed', 1_000)).toBe(0);
  });

  it('keeps fractions of a nanosecond', () => {
    const times = intended(perfect(clients(rate(300_000_000, limit(301, write), { distribution: 'fixed' })), { concurrency: 8 }));
    expect(times.at(-1)).toBe(1_000);
  });

  it('refuses a rate that is none', () => {
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => rate(bad, write)).toThrow(/positive number/);
  });
});

describe('a paced generator', () => {
  it('ends when its child ends, not when the next would have been due', () => {
    for (const generator of [delay(ns(1e9), limit(1, write)), stagger(ns(1e9), limit(1, write)), rate(1, limit(1, write))]) {
      const asked: number[] = [];
      perfect(clients(generator), { onAsk: (now) => asked.push(now) });
      expect(Math.max(...asked)).toBeLessThanOrEqual(10);
    }
  });
});

describe('cache', () => {
  it('asks an expensive generator once per operation while offers are discarded', () => {
    let asked = 0;
    const expensive = lift(({ rng }) => {
      asked++;
      return { f: 'w', value: rng.int(0, 1_000_000) };
    });
    const count = (duration: number): { readonly asked: number; readonly values: readonly unknown[] } => {
      asked = 0;
      const events = perfect(clients(limit(20, delay(ns(5), cache(ns(duration), expensive)))), { concurrency: 3 });
      return { asked, values: invocations(events).map(({ value }) => value) };
    };
    const without = count(0);
    const cached = count(1_000_000);
    expect(cached.values).toEqual(without.values);
    expect(cached.asked).toBeLessThan(without.asked);
    expect(cached.asked).toBeLessThanOrEqual(30);
  });
});
