import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng, draw32 } from './rng.ts';

describe('createRng', () => {
  it('draws the same for the same seed and names, whatever was drawn before', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.string(), { maxLength: 4 }), fc.nat(20), (seed, names, drawn) => {
        const walk = (before: number) => {
          let rng = createRng(seed);
          for (const name of names) {
            for (let i = 0; i < before; i++) rng.int(0, 9);
            rng = rng.fork(name);
          }
          return [rng.int(0, 1_000_000), rng.int(0, 1_000_000), rng.float01()];
        };
        expect(walk(0)).toEqual(walk(drawn));
      }),
    );
  });

  it('gives different streams to different names', () => {
    const first = new Set<number>();
    for (let i = 0; i < 10_000; i++) first.add(createRng(7).fork(i).int(0, 0x7fffffff));
    expect(first.size).toBeGreaterThan(9_990);
    expect(createRng(1).fork('1').int(0, 1e9)).not.toBe(createRng(1).fork(1).int(0, 1e9));
    expect(createRng(1).fork('a').fork('b').int(0, 1e9)).not.toBe(createRng(1).fork('ab').int(0, 1e9));
  });

  it('is uniform within bounds', () => {
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const draw = createRng('uniform').fork(i).int(0, 9);
      counts[draw] = (counts[draw] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(250);
  });

  it('keeps its golden values: changing them changes every recorded seed', () => {
    const rng = createRng(42).fork('workload').fork(3);
    expect([rng.int(0, 999), rng.int(0, 999), rng.int(0, 999)]).toMatchInlineSnapshot(`
      [
        935,
        250,
        646,
      ]
    `);
    expect([draw32(1, 1), draw32(1, 2), draw32(2, 1)]).toMatchInlineSnapshot(`
      [
        1079277285,
        2916678175,
        836471081,
      ]
    `);
  });
});

describe('draw32', () => {
  it('spreads over the whole range for consecutive numbers', () => {
    const buckets = new Array<number>(16).fill(0);
    for (let n = 0; n < 16_000; n++) {
      const bucket = draw32(99, n) >>> 28;
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(200);
  });
});
