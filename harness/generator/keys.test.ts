import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from '../contracts/index.ts';
import { limit } from './bound.ts';
import { concurrentKeys, type Key, keyed, sequentialKeys } from './keys.ts';
import { clients } from './route.ts';
import { imperfect, invocations, perfect } from './simulate.ts';

const perKey = (n: number) => () => limit(n, ({ rng }) => ({ f: 'w', value: rng.int(0, 1e6) }));

function* naturals(): Iterable<number> {
  for (let i = 0; ; i++) yield i;
}

function byKey(events: readonly Event[]): Map<Key | undefined, Event[]> {
  return Map.groupBy(invocations(events), ({ key }) => key);
}

describe('sequentialKeys', () => {
  it('goes through the keys in order, all threads on one', () => {
    const events = perfect(clients(sequentialKeys(['a', 'b', 'c'], perKey(4))), { concurrency: 3 });
    expect(invocations(events).map(({ key }) => key)).toEqual([...'aaaabbbbcccc']);
    expect(new Set(invocations(events).map(({ value }) => value)).size).toBe(12);
  });

  it('takes endless keys', () => {
    const events = perfect(clients(limit(50, sequentialKeys(naturals(), perKey(3)))));
    expect(invocations(events).at(-1)?.key).toBe(16);
  });
});

describe('concurrentKeys', () => {
  it('gives every key to one group of threads, and every operation to a key', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 12 }), (size, concurrency, keys) => {
        const list = Array.from({ length: keys }, (_, key) => key);
        const events = imperfect(
          clients(
            concurrentKeys(size, list, perKey(5)),
            limit(3, () => ({ f: 'n' })),
          ),
          { concurrency },
        );
        const groups = byKey(events.filter(({ process }) => process !== 'nemesis'));
        expect([...groups.keys()].sort((a, b) => Number(a) - Number(b))).toEqual(list);
        for (const ops of groups.values()) {
          expect(ops).toHaveLength(5);
          expect(new Set(ops.map(({ process }) => Math.floor(((process as number) % concurrency) / size))).size).toBe(1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('works on several keys at a time, endlessly', () => {
    const events = perfect(clients(limit(60, concurrentKeys(2, naturals(), perKey(6)))), { concurrency: 6 });
    expect(
      new Set(
        invocations(events)
          .slice(0, 6)
          .map(({ key }) => key),
      ).size,
    ).toBe(3);
    for (const ops of byKey(events).values()) expect(ops.length).toBeLessThanOrEqual(6);
  });

  it('says so when keys have no operations', () => {
    expect(() => perfect(clients(concurrentKeys(1, naturals(), () => null)))).toThrow(/no operation at all/);
  });
});

describe('keyed', () => {
  it('writes the key', () => {
    expect(invocations(perfect(keyed('k', { f: 'a' })))[0]).toMatchObject({ f: 'a', key: 'k' });
  });
});
