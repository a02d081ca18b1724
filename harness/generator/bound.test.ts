import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event, Ns } from '../contracts/index.ts';
import { concurrencyLimit, cycle, limit, once, processLimit, repeat, timeLimit, untilOk } from './bound.ts';
import { mix } from './choose.ts';
import type { Liftable } from './lift.ts';
import { clients } from './route.ts';
import { imperfect, invocations, perfect, perfectInfo, quick, simulate } from './simulate.ts';

const ns = (value: number): Ns => value as Ns;
const write: Liftable = () => ({ f: 'w' });
const names = (events: readonly Event[]): string =>
  invocations(events)
    .map(({ f }) => f)
    .join('');

describe('limit and once', () => {
  it('emit exactly n of an endless generator', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.integer({ min: 1, max: 8 }), (n, concurrency) => {
        expect(invocations(perfect(limit(n, write), { concurrency }))).toHaveLength(n);
      }),
    );
    expect(names(quick(once(write)))).toBe('w');
  });

  it('emit fewer when there are fewer', () => {
    expect(names(quick(limit(5, [{ f: 'a' }, { f: 'b' }])))).toBe('ab');
  });
});

describe('repeat and cycle', () => {
  it('repeat asks for the same first operation, with draws of its own for each', () => {
    expect(names(quick(repeat([{ f: 'a' }, { f: 'b' }], 3)))).toBe('aaa');
    const draws = invocations(quick(clients(repeat(mix([({ rng }) => ({ f: 'w', value: rng.int(0, 1e6) })]), 20)))).map(({ value }) => value);
    expect(new Set(draws).size).toBe(20);
  });

  it('cycle begins anew when exhausted', () => {
    expect(names(quick(cycle([{ f: 'a' }, { f: 'b' }], 3)))).toBe('ababab');
    expect(names(quick(limit(5, cycle([{ f: 'a' }, { f: 'b' }]))))).toBe('ababa');
    expect(names(quick(cycle(null)))).toBe('');
  });
});

describe('timeLimit', () => {
  it('begins with the first operation, and starts nothing at or after its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 40 }), (duration, latency) => {
        const events = simulate(timeLimit(ns(duration), [{ f: 'first', time: ns(70) }, write]), () => ({ latency: ns(latency), type: 'ok' }));
        const times = invocations(events).map(({ time }) => time);
        expect(times[0]).toBe(70);
        expect(Math.max(...times)).toBeLessThan(70 + duration);
        // It does not stop early either: somebody becomes free at least every `latency`.
        expect(Math.max(...times)).toBeGreaterThanOrEqual(70 + duration - latency);
      }),
    );
  });

  it('ends in time although its generator waits for something that never comes', () => {
    const never = { op: () => ({ kind: 'pending' }) as const, update: () => never };
    const asked: number[] = [];
    const events = simulate(timeLimit(ns(1_000), [{ f: 'a' }, never]), () => ({ latency: ns(5), type: 'ok' }), { onAsk: (now) => asked.push(now) });
    expect(names(events)).toBe('a');
    expect(asked).toEqual([0, 0, 5, 1_000]);
  });
});

describe('processLimit', () => {
  it('counts every process that could take part', () => {
    const events = perfectInfo(clients(processLimit(8, write)), { concurrency: 4 });
    const processes = new Set(invocations(events).map(({ process }) => process));
    // Four at the start; each crash makes one more possible.
    expect(processes.size).toBeLessThanOrEqual(8);
    expect(processes.size).toBeGreaterThanOrEqual(5);
    expect(invocations(perfect(clients(limit(100, processLimit(4, write))), { concurrency: 4 }))).toHaveLength(100);
    expect(invocations(perfect(clients(processLimit(3, write)), { concurrency: 4 }))).toHaveLength(0);
  });
});

describe('concurrencyLimit', () => {
  it('keeps at most n in flight, and is not slower than that', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), (n, concurrency) => {
        let inFlight = 0;
        let most = 0;
        for (const { type } of imperfect(clients(limit(60, concurrencyLimit(n, write))), { concurrency })) {
          inFlight += type === 'invoke' ? 1 : -1;
          most = Math.max(most, inFlight);
        }
        expect(most).toBe(Math.min(n, concurrency));
      }),
    );
  });
});

describe('untilOk', () => {
  it('stops after its own first ok', () => {
    const events = imperfect(clients(untilOk(write)), { concurrency: 1 });
    expect(events.map(({ type }) => type)).toEqual(['invoke', 'fail', 'invoke', 'info', 'invoke', 'ok']);
  });

  it('is not stopped by the ok of others', () => {
    const events = simulate(
      clients(mix([limit(20, () => ({ f: 'other' })), untilOk(() => ({ f: 'mine' }))])),
      ({ f }, n) => ({ latency: ns(10), type: f === 'other' || n > 30 ? 'ok' : 'fail' }),
      { concurrency: 3, maxEvents: 200 },
    );
    const firstOk = events.findIndex(({ type, f }) => type === 'ok' && f === 'mine');
    expect(firstOk).toBeGreaterThan(-1);
    expect(events.slice(firstOk).some(({ type, f }) => type === 'invoke' && f === 'mine')).toBe(false);
  });
});
