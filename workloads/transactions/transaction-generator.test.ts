import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ns } from '../../harness/contracts/index.ts';
import { clients, simulate } from '../../harness/generator/index.ts';
import { TransactionGenerator, type TransactionMix } from './transaction-generator.ts';

type Ops = readonly (readonly [string, number, number | null])[];

const mixes: fc.Arbitrary<TransactionMix> = fc
  .record({
    write: fc.constantFrom('append' as const, 'w' as const),
    keys: fc.integer({ min: 1, max: 12 }),
    writesPerKey: fc.integer({ min: 2, max: 20 }),
    minOps: fc.integer({ min: 1, max: 3 }),
    more: fc.integer({ min: 0, max: 4 }),
    readShare: fc.constantFrom(0, 0.3, 0.5),
    readsFirst: fc.boolean(),
  })
  .map(({ more, ...mix }) => ({ ...mix, maxOps: mix.minOps + more }));

/** The transactions of some hundred events. */
const transactionsOf = (mix: TransactionMix, seed: number): Ops[] =>
  simulate(clients(TransactionGenerator.of(mix)), () => ({ latency: 1_000_000 as Ns, type: 'ok' }), { concurrency: 5, seed, maxEvents: 600 })
    .filter(({ type }) => type === 'invoke')
    .map(({ value }) => value as unknown as Ops);

describe('transactions', () => {
  it('write each value once under its key, give each key its writes, and keep so many keys active', () => {
    fc.assert(
      fc.property(mixes, fc.integer(), (mix, seed) => {
        const written = new Map<number, number>();
        for (const ops of transactionsOf(mix, seed)) {
          for (const [f, key, value] of ops) {
            if (f === 'r') continue;
            expect([f, value]).toEqual([mix.write, (written.get(key) ?? 0) + 1]);
            written.set(key, value as number);
          }
          const left = [...written].filter(([, count]) => count === mix.writesPerKey).length;
          for (const [, key] of ops) expect(key).toBeLessThan(mix.keys + left);
        }
        for (const count of written.values()) expect(count).toBeLessThanOrEqual(mix.writesPerKey);
      }),
      { numRuns: 60 },
    );
  });

  it('have as many micro-operations as asked for, besides the reads that come before writes', () => {
    fc.assert(
      fc.property(mixes, fc.integer(), (mix, seed) => {
        for (const ops of transactionsOf(mix, seed)) {
          expect(ops.length).toBeGreaterThanOrEqual(mix.minOps);
          expect(ops.length).toBeLessThanOrEqual(mix.readsFirst ? 2 * mix.maxOps : mix.maxOps);
          if (mix.readsFirst) for (const [i, [f, key]] of ops.entries()) if (f !== 'r') expect(ops.slice(0, i).some(([, before]) => before === key)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('have the share of reads asked for', () => {
    const mix: TransactionMix = { write: 'append', keys: 10, writesPerKey: 64, minOps: 1, maxOps: 4, readShare: 0.5, readsFirst: false };
    const ops = transactionsOf(mix, 1).flat();
    expect(ops.filter(([f]) => f === 'r').length / ops.length).toBeCloseTo(0.5, 1);
  });
});
