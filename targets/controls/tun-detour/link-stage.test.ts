import { describe, expect, it } from 'vitest';
import type { LinkShape } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { ms } from '../../../harness/time/units.ts';
import { expectedOf } from '../link-shapes/traffic-probe.ts';
import { LinkStage, passAll } from './link-stage.ts';

const PACKETS = 20_000;
const stage = (shape: LinkShape, seed = 1): LinkStage => new LinkStage(shape, createRng(seed));
/** What becomes of many packets of 1 000 bytes, one a ms. */
const all = (shape: LinkShape, seed = 1) => {
  const link = stage(shape, seed);
  return Array.from({ length: PACKETS }, (_, i) => link.pass(1_000, i * 1e6).map((departure) => ({ ...departure, took: departure.at - i * 1e6 })));
};
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a stage of a link', () => {
  it('holds packets by the mean and the spread that it is given', () => {
    for (const distribution of ['uniform', 'normal'] as const) {
      const took = all({ delay: ms(50), jitter: ms(10), distribution }).map(([departure]) => departure!.took / 1e6);
      expect(mean(took)).toBeGreaterThan(49.5);
      expect(mean(took)).toBeLessThan(50.5);
      const deviation = Math.sqrt(mean(took.map((value) => (value - 50) ** 2)));
      const wanted = distribution === 'normal' ? 10 : 10 / Math.sqrt(3);
      expect(Math.abs(deviation - wanted)).toBeLessThan(0.5);
      if (distribution === 'uniform') expect(Math.max(...took)).toBeLessThanOrEqual(60);
    }
  });

  it('loses its share, singly or in runs of the mean length', () => {
    for (const burst of [1, 8]) {
      const lost = all({ loss: 0.3, burst }).map((departures) => departures.length === 0);
      expect(Math.abs(mean(lost.map(Number)) - 0.3)).toBeLessThan(burst === 1 ? 0.015 : 0.05);
      const runs = lost.filter((gone, i) => gone && !lost[i - 1]).length;
      const length = lost.filter(Boolean).length / runs;
      expect(Math.abs(length - (burst === 1 ? 1 / 0.7 : 8))).toBeLessThan(burst === 1 ? 0.1 : 1);
    }
  });

  it('doubles, damages and holds back its share', () => {
    expect(Math.abs(mean(all({ duplicate: 0.2 }).map(({ length }) => length)) - 1.2)).toBeLessThan(0.015);
    expect(Math.abs(mean(all({ corrupt: 0.2 }).map(([departure]) => Number(departure!.corrupt))) - 0.2)).toBeLessThan(0.015);
    expect(Math.abs(mean(all({ reorder: 0.2, holdBack: ms(5) }).map(([departure]) => Number(departure!.took === 5e6))) - 0.2)).toBeLessThan(0.015);
  });

  it('carries no more than its rate, and queues a second of it', () => {
    const left = all({ bytesPerSecond: 100_000 }).flat();
    const last = Math.max(...left.map(({ at }) => at));
    expect((left.length * 1_000 * 1e9) / last).toBeLessThan(101_000);
    expect((left.length * 1_000 * 1e9) / last).toBeGreaterThan(99_000);
    expect(Math.max(...left.map(({ took }) => took))).toBeLessThanOrEqual(1.02e9);
  });

  it('leaves alone what it is not told to change, and draws the same for the same seed', () => {
    expect(all({}).every(([departure, more]) => more === undefined && departure!.took === 0 && !departure!.corrupt)).toBe(true);
    expect(all({ loss: 0.5, jitter: ms(3) }, 7)).toEqual(all({ loss: 0.5, jitter: ms(3) }, 7));
    expect(all({ loss: 0.5 }, 7)).not.toEqual(all({ loss: 0.5 }, 8));
  });

  it('acts on what the stage before it let through', () => {
    expect(passAll([stage({ delay: ms(10) }), stage({ delay: ms(5) })], 100, 0)).toEqual([{ at: 15e6, corrupt: false }]);
    expect(passAll([stage({ loss: 1 }), stage({ duplicate: 1 })], 100, 0)).toEqual([]);
    expect(passAll([], 100, 3)).toEqual([{ at: 3, corrupt: false }]);
  });
});

describe('what stages amount to', () => {
  it('adds delays, multiplies what is let through, and takes the least rate', () => {
    const together = expectedOf([{ delay: ms(10), loss: 0.5 }, { delay: ms(5), corrupt: 0.5, bytesPerSecond: 7 }, { bytesPerSecond: 9 }]);
    expect(together).toMatchObject({ delayMs: 15, lost: 0.75, bytesPerSecond: 7 });
    expect(expectedOf([])).toMatchObject({ delayMs: 0, lost: 0, doubled: 0, heldBack: 0, bytesPerSecond: Number.POSITIVE_INFINITY });
  });
});
