import { describe, expect, it } from 'vitest';
import type { LinkShape, NodeId } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { ms } from '../../../harness/time/units.ts';
import type { Sighting } from '../nft/link-probe-main.ts';
import { LinkStage, passAll } from '../tun-detour/link-stage.ts';
import { aspectsOf, expectedOf, judgeTraffic, TRAFFIC_MS, trafficFor } from './traffic-probe.ts';

const link = ['n1', 'n2'] as unknown as readonly [NodeId, NodeId];

/** The traffic of a probe over a link with these shapes, on a machine that adds `lateMs` to each packet. */
function judge(asked: LinkShape, inForce: readonly LinkShape[], others: readonly LinkShape[], seed: number, lateMs = 0.5) {
  const plan = trafficFor(asked, [asked, ...others], TRAFFIC_MS);
  const stages = inForce.map((shape, i) => new LinkStage(shape, createRng(seed).fork(i)));
  const sightings: Sighting[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    for (let i = 0; i < plan.perRound; i++) {
      const sent = round * 5_000 + i * 0.02;
      for (const { at, corrupt } of passAll(stages, plan.bytes + 28, sent * 1e6)) {
        if (!corrupt) sightings.push([round * plan.perRound + i, at / 1e6 + lateMs, at / 1e6 - sent + lateMs]);
      }
    }
  }
  sightings.sort((a, b) => a[1] - b[1]);
  const traffic = { link, sent: plan.rounds * plan.perRound, sightings };
  return judgeTraffic(asked, expectedOf([...others, asked]), expectedOf(others), traffic, lateMs);
}

const SHAPES: readonly LinkShape[] = [
  { delay: ms(50), jitter: ms(10) },
  { delay: ms(60), jitter: ms(8), distribution: 'normal' },
  { loss: 0.3 },
  { loss: 0.3, burst: 8 },
  { duplicate: 0.3 },
  { reorder: 0.2, holdBack: ms(20) },
  { corrupt: 0.2 },
  { bytesPerSecond: 200_000 },
];

describe.each(SHAPES.map((shape) => [JSON.stringify(shape), shape] as const))('the probe of %s', (_name, shape) => {
  it('believes the shape, alone and beside others, on an idle machine and on a busy one', () => {
    for (let seed = 0; seed < 20; seed++) {
      expect(judge(shape, [shape], [], seed)).toMatchObject({ fits: true, tells: true });
      expect(judge(shape, [shape], [], seed, 6).fits).toBe(true);
    }
    const late: LinkShape = { delay: ms(20) };
    if (shape.bytesPerSecond === undefined) expect(judge(shape, [late, shape], [late], 1)).toMatchObject({ fits: true, tells: true });
  });

  it('refuses a link that nobody shapes, one that is dead, and one that is shaped otherwise', () => {
    for (let seed = 0; seed < 20; seed++) expect(judge(shape, [], [], seed).fits).toBe(false);
    expect(judge(shape, [{ loss: 1 }], [], 1).fits).toBe(false);
    const double: LinkShape = {
      ...shape,
      ...(shape.delay !== undefined && { delay: ms(100) }),
      ...(shape.loss !== undefined && { loss: 0.7 }),
      ...(shape.duplicate !== undefined && { duplicate: 0.6 }),
      ...(shape.reorder !== undefined && { reorder: 0.5 }),
      ...(shape.corrupt !== undefined && { corrupt: 0.5 }),
      ...(shape.bytesPerSecond !== undefined && { bytesPerSecond: 400_000 }),
    };
    for (let seed = 0; seed < 20; seed++) expect(judge(shape, [double], [], seed).fits).toBe(false);
  });
});

it('measures each aspect by traffic of its own', () => {
  expect(aspectsOf({ delay: ms(1), jitter: ms(2), loss: 0.1, corrupt: 0.2, bytesPerSecond: 5 })).toEqual([
    { delay: ms(1), jitter: ms(2) },
    { loss: 0.1, corrupt: 0.2 },
    { bytesPerSecond: 5 },
  ]);
  expect(trafficFor({ delay: ms(1_000) }, [{ delay: ms(1_000) }], TRAFFIC_MS).rounds).toBeLessThan(4);
});
