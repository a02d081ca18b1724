import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClockParams, NodeId, Ns } from '../../../harness/contracts/index.ts';
import { judgeReading, offsetRange, possibleOffsets } from './clock-probe.ts';
import type { ClockSetting } from './stub.ts';

const SECOND = 1_000_000_000n;
const truth = (ms: number) => ({ wallNs: 1_700_000_000n * SECOND + BigInt(Math.round(ms * 1e6)), monotonicNs: 50n * SECOND + BigInt(Math.round(ms * 1e6)) });
const shifted = (seconds: number): ClockSetting => {
  const shift = { offsetNs: BigInt(Math.round(seconds * 1e9)), sinceNs: truth(0).wallNs, ppm: 0 };
  return { wall: shift, monotonic: { ...shift, sinceNs: truth(0).monotonicNs } };
};
const jump = (scope: ClockParams['scope']): ClockParams => ({ type: 'jump', nodes: ['n1' as NodeId], offset: 1 as Ns, scope });
/** A node whose clocks are `seconds` off, asked for 4 ms; it read them in the middle. */
const judge = (seconds: number, wanted: number, other: number, scope: ClockParams['scope'] = 'both', resolutionMs = 1) => {
  const wallMs = 1_700_000_000_000 + 2 + seconds * 1e3;
  const sighting = { wallMs: Math.floor(wallMs / resolutionMs) * resolutionMs, resolutionMs, monotonicNs: 50e9 + 2e6 + seconds * 1e9 };
  return judgeReading(jump(scope), shifted(wanted), shifted(other), { before: truth(0), after: truth(4), sighting }).verdict;
};

describe('a reading of a clock', () => {
  it('proves the shift that is wanted and no other', () => {
    expect(judge(7, 7, 0)).toBe('proven');
    expect(judge(0, 7, 0)).toBe('refuted');
    expect(judge(7, 0, 7)).toBe('refuted');
    expect(judge(0, 0, 7)).toBe('proven');
    expect(judge(7, 8, 0)).toBe('refuted');
  });

  it('proves nothing when it would be the same without the change', () => {
    expect(judge(0.002, 0.002, 0)).toBe('no-reading');
    expect(judge(0.5, 0.5, 0, 'wall', 1_000)).toBe('no-reading');
    expect(judge(5, 5, 0, 'wall', 1_000)).toBe('proven');
  });

  it('says nothing of a clock that the node does not tell', () => {
    const reading = { before: truth(0), after: truth(4), sighting: { wallMs: 1_700_000_000_002, resolutionMs: 1 } };
    expect(judgeReading(jump('monotonic'), shifted(7), shifted(0), reading).verdict).toBe('no-reading');
    expect(judgeReading(jump('wall'), shifted(7), shifted(0), reading).verdict).toBe('refuted');
  });

  it('leaves room for what a drift passes through while the node answers', () => {
    const drifting = { wall: { offsetNs: 0n, sinceNs: truth(0).wallNs, ppm: 900_000 }, monotonic: shifted(0).monotonic };
    // asked for 400 ms, read at once: 0 ms off then, 360 ms at the answer
    const reading = { before: truth(0), after: truth(400), sighting: { wallMs: 1_700_000_000_000, resolutionMs: 1 } };
    expect(judgeReading(jump('wall'), drifting, shifted(7), reading).verdict).toBe('proven');
    expect(judgeReading(jump('wall'), shifted(7), drifting, reading).verdict).toBe('refuted');
  });

  it('tells the sides of a strobe, and one that rests from none', () => {
    const HALF = 500_000_000n;
    const swinging: ClockSetting = { ...shifted(0), wall: { ...shifted(0).wall, strobe: { halfNs: HALF, amplitudeNs: 9n * SECOND } } };
    const params: ClockParams = { type: 'strobe', nodes: ['n1' as NodeId], amplitude: 9e9 as Ns, half: Number(HALF) as Ns, scope: 'wall' };
    /** The clock is read some ms after a whole second, while it is `ahead` by so many seconds. */
    const at = (ms: number, ahead: number) => ({
      before: truth(ms),
      after: truth(ms + 4),
      sighting: { wallMs: 1_700_000_000_000 + ms + 2 + ahead * 1e3, resolutionMs: 1 },
    });
    expect(judgeReading(params, swinging, shifted(0), at(100, 0))).toMatchObject({ verdict: 'no-reading', sides: ['wall rest'] });
    expect(judgeReading(params, swinging, shifted(0), at(600, 9))).toMatchObject({ verdict: 'proven', sides: ['wall swing'] });
    expect(judgeReading(params, swinging, shifted(0), at(600, 0)).verdict).toBe('refuted');
    expect(judgeReading(params, swinging, shifted(0), at(100, 9)).verdict).toBe('refuted');
    // undone: the half in which it would swing is quiet
    expect(judgeReading(params, shifted(0), swinging, at(600, 0)).verdict).toBe('proven');
    expect(judgeReading(params, shifted(0), swinging, at(600, 9)).verdict).toBe('refuted');
    // across the edge it may be on either side
    expect(possibleOffsets(swinging.wall, truth(498).wallNs, truth(502).wallNs)).toHaveLength(2);
  });

  it('always leaves room for the true offset', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.nat(500),
        fc.nat(500),
        fc.constantFrom(0, 1, 1_000),
        (offset, asked, answered, resolution) => {
          const [before, read, after] = [1e6, 1e6 + asked, 1e6 + asked + answered];
          const shown = resolution === 0 ? read + offset : Math.floor((read + offset) / resolution) * resolution;
          const range = offsetRange(before, after, shown, resolution);
          expect(range.least).toBeLessThanOrEqual(offset);
          expect(range.most).toBeGreaterThanOrEqual(offset);
          expect(range.most - range.least).toBeLessThanOrEqual(asked + answered + resolution + 5);
        },
      ),
    );
  });
});
