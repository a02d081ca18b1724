import { describe, expect, it } from 'vitest';
import type { Event, Generator, Ns } from '../contracts/index.ts';
import { limit } from './bound.ts';
import { any, mix, shortestAny } from './choose.ts';
import type { Liftable } from './lift.ts';
import { delay } from './pace.ts';
import { clients, on, reserve } from './route.ts';
import { invocations, perfect, quick } from './simulate.ts';

const ns = (value: number): Ns => value as Ns;
const op =
  (f: string): Liftable =>
  () => ({ f });
const never: Generator = { op: () => ({ kind: 'pending' }), update: () => never };

function countsOf(events: readonly Event[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { f } of invocations(events)) counts[f] = (counts[f] ?? 0) + 1;
  return counts;
}

describe('any', () => {
  it('takes the soonest, and breaks ties evenly', () => {
    const events = quick(clients(limit(3_000, any(op('a'), op('b'), op('c')))));
    for (const count of Object.values(countsOf(events))) expect(Math.abs(count - 1_000)).toBeLessThan(120);
    const spaced = perfect(clients(any(delay(ns(100), limit(3, op('a'))), delay(ns(30), limit(10, op('b'))))), { concurrency: 8 });
    expect(
      invocations(spaced)
        .filter(({ f }) => f === 'a')
        .map(({ time }) => time),
    ).toEqual([0, 100, 200]);
    expect(
      invocations(spaced)
        .filter(({ f }) => f === 'b')
        .map(({ time }) => time),
    ).toEqual(Array.from({ length: 10 }, (_, i) => 30 * i));
  });

  it('breaks ties evenly also among the rest, when the one asked first is pending', () => {
    const counts = countsOf(quick(clients(limit(2_000, any(never, op('a'), op('b'), never)))));
    expect(Math.abs((counts['a'] ?? 0) - 1_000)).toBeLessThan(120);
  });

  it('wakes for a pending child although another has an operation later', () => {
    const events = perfect(any([{ f: 'late', time: ns(500) }], [{ f: 'first' }, delay(ns(50), limit(3, op('x')))]));
    expect(invocations(events).map(({ f, time }) => [f, time])).toEqual([
      ['first', 0],
      ['x', 0],
      ['x', 50],
      ['x', 100],
      ['late', 500],
    ]);
  });

  it('weighs the ranges of reserve by their threads', () => {
    const first: string[] = [];
    for (let seed = 0; seed < 1_000; seed++)
      first.push(invocations(quick(clients(reserve([[1, limit(1, op('few'))]], limit(1, op('many')))), { concurrency: 4, seed }))[0]?.f ?? '');
    expect(Math.abs(first.filter((f) => f === 'few').length - 250)).toBeLessThan(60);
  });
});

describe('shortestAny', () => {
  it('ends with the first that ends', () => {
    const counts = countsOf(perfect(clients(shortestAny(delay(ns(10), op('a')), delay(ns(100), limit(3, op('b')))))));
    expect(counts['b']).toBe(3);
    expect(counts['a']).toBeLessThanOrEqual(21);
    expect(counts['a']).toBeGreaterThan(10);
  });
});

describe('mix', () => {
  it('draws evenly, for every operation anew', () => {
    const events = quick(clients(limit(3_000, mix([op('a'), op('b'), op('c')]))));
    for (const count of Object.values(countsOf(events))) expect(Math.abs(count - 1_000)).toBeLessThan(120);
    const pairs = new Set(invocations(events).map(({ f }, i, all) => f + (all[i + 1]?.f ?? '')));
    expect(pairs.size).toBeGreaterThanOrEqual(9);
  });

  it('is not held up by a child that is pending', () => {
    const counts = countsOf(quick(clients(limit(1_000, mix([op('a'), never, op('b'), on(() => false, op('z'))])))));
    expect(Object.keys(counts).sort()).toEqual(['a', 'b']);
    for (const count of Object.values(counts)) expect(Math.abs(count - 500)).toBeLessThan(100);
  });

  it('goes on with the others when one is exhausted, and ends with the last', () => {
    expect(countsOf(quick(clients(mix([limit(2, op('a')), limit(30, op('b'))]))))).toEqual({ a: 2, b: 30 });
    expect(quick(mix([]))).toEqual([]);
    expect(quick(mix([null, null]))).toEqual([]);
  });

  it('passes updates on', () => {
    const seen: string[] = [];
    const listening: Generator = {
      op: () => ({ kind: 'pending' }),
      update: (_, event) => {
        seen.push(event.type);
        return listening;
      },
    };
    perfect(clients(limit(2, mix([op('a'), listening]))));
    expect(seen).toEqual(['invoke', 'invoke', 'ok', 'ok']);
  });
});
