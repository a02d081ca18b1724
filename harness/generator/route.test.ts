import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event, Ns, Thread } from '../contracts/index.ts';
import { limit } from './bound.ts';
import type { Liftable } from './lift.ts';
import { clients, eachProcess, eachThread, nemesis, onThreads, reserve } from './route.ts';
import { imperfect, invocations, perfect, perfectInfo, quick, simulate } from './simulate.ts';
import { onUpdate } from './transform.ts';

const op =
  (f: string): Liftable =>
  () => ({ f });
const threadsOf = (events: readonly Event[], f: string, concurrency: number): Set<Thread> =>
  new Set(
    invocations(events)
      .filter((event) => event.f === f)
      .map(({ process }) => (typeof process === 'number' ? process % concurrency : 'nemesis')),
  );

describe('clients and nemesis', () => {
  it('send each to its threads, whichever comes first in the call', () => {
    for (const generator of [clients(limit(20, op('c')), limit(5, op('n'))), nemesis(limit(5, op('n')), limit(20, op('c')))]) {
      const events = perfect(generator, { concurrency: 3 });
      expect(threadsOf(events, 'c', 3)).toEqual(new Set([0, 1, 2]));
      expect(threadsOf(events, 'n', 3)).toEqual(new Set(['nemesis']));
      expect(invocations(events)).toHaveLength(25);
    }
    expect(threadsOf(perfect(nemesis(limit(3, op('n')))), 'n', 2)).toEqual(new Set(['nemesis']));
  });
});

describe('onThreads', () => {
  it('keeps to its threads also after crashes, and hears of their events only', () => {
    const heard = new Set<unknown>();
    const listening = onUpdate(
      (self, _, event) => {
        heard.add(event.process);
        return self;
      },
      limit(12, op('x')),
    );
    const events = perfectInfo(clients([onThreads((thread) => thread === 1, listening)], limit(3, op('n'))), { concurrency: 3 });
    expect(threadsOf(events, 'x', 3)).toEqual(new Set([1]));
    expect([...heard].every((process) => typeof process === 'number' && process % 3 === 1)).toBe(true);
    expect(heard.size).toBe(12);
  });

  it('is done where it has no thread', () => {
    expect(quick(onThreads(() => false, op('x')))).toEqual([]);
  });
});

describe('reserve', () => {
  it('partitions the threads, and tells each part of its own', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), (a, b, rest) => {
        const concurrency = a + b + rest;
        const events = imperfect(
          limit(
            30 * concurrency,
            reserve(
              [
                [a, op('a')],
                [b, op('b')],
              ],
              clients(op('c')),
            ),
          ),
          { concurrency },
        );
        expect(threadsOf(events, 'a', concurrency)).toEqual(new Set(Array.from({ length: a }, (_, i) => i)));
        expect(threadsOf(events, 'b', concurrency)).toEqual(new Set(Array.from({ length: b }, (_, i) => a + i)));
        expect(threadsOf(events, 'c', concurrency)).toEqual(new Set(Array.from({ length: rest }, (_, i) => a + b + i)));
      }),
      { numRuns: 30 },
    );
  });

  it('gives the nemesis to the rest, and refuses more threads than there are', () => {
    expect(threadsOf(quick(reserve([[2, null]], limit(2, op('n'))), { concurrency: 2 }), 'n', 2)).toEqual(new Set(['nemesis']));
    expect(() => quick(reserve([[3, op('a')]], op('b')), { concurrency: 2 })).toThrow(/3 client threads are reserved, there are 2/);
  });
});

describe('eachThread', () => {
  it('gives each thread a copy of its own, with draws of its own', () => {
    const events = imperfect(clients(eachThread(limit(3, ({ rng, threads }) => ({ f: `t${threads.length}`, value: rng.int(0, 1e6) })))), { concurrency: 5 });
    const counts = new Map<number, number>();
    for (const { process } of invocations(events)) counts.set((process as number) % 5, (counts.get((process as number) % 5) ?? 0) + 1);
    expect([...counts.values()]).toEqual([3, 3, 3, 3, 3]);
    expect(new Set(invocations(events).map(({ value }) => value)).size).toBe(15);
    expect(new Set(invocations(events).map(({ f }) => f))).toEqual(new Set(['t1']));
  });
});

describe('eachProcess', () => {
  it('begins anew for a process that takes the place of a crashed one', () => {
    const sequence = [{ f: 'a' }, { f: 'b' }];
    // Thread 0 crashes at its first operation; everybody else goes through.
    const events = simulate(clients(eachProcess(sequence)), ({ process }) => ({ latency: 10 as Ns, type: process === 0 ? 'info' : 'ok' }), { concurrency: 2 });
    const of = (process: number): string =>
      invocations(events)
        .filter((event) => event.process === process)
        .map(({ f }) => f)
        .join('');
    expect([of(0), of(1), of(2)]).toEqual(['a', 'ab', 'ab']);
    const perThread = simulate(clients(eachThread(sequence)), ({ process }) => ({ latency: 10 as Ns, type: process === 0 ? 'info' : 'ok' }), {
      concurrency: 2,
    });
    expect(
      invocations(perThread)
        .filter(({ process }) => process === 2)
        .map(({ f }) => f),
    ).toEqual(['b']);
  });
});
