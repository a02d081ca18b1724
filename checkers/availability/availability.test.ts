import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History, Value } from '../../harness/contracts/index.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { inject, phase, type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { availability } from './availability.ts';

const check = (history: History, options: unknown = {}) => availability.check(history, availability.options.parse(options), UNLIMITED);
const op = (process: number, type: 'ok' | 'fail' | 'info', at: number, until: number, extras = {}): WrittenEvent[] => [
  [process, 'invoke', 'read', null, { at, ...extras }],
  [process, type, 'read', null, { at: until, ...extras }],
];
const kill = (f: 'inject' | 'heal', at: number): WrittenEvent[] => {
  const evidence = { holds: true, independent: true, measured: '' };
  return inject(f, 'kill-1', 'kill', [{ id: 'kill-1/0', kind: 'x', nodes: ['n1'], params: { type: 'kill', nodes: ['n1'] }, evidence, verified: evidence }], {
    at,
  });
};

const HISTORY: WrittenEvent[] = [
  phase('workload'),
  ...op(0, 'ok', 10, 12, { node: 'n1' }),
  ...op(1, 'ok', 20, 24, { node: 'n2', scheduled: 14 }),
  ...kill('inject', 100),
  ...op(1, 'ok', 110, 111, { node: 'n2' }),
  ...op(0, 'info', 120, 220, { node: 'n1' }),
  [3, 'invoke', 'read', null, { at: 290, node: 'n1' }],
  ...kill('heal', 300),
  [3, 'ok', 'read', null, { at: 301, node: 'n1' }],
  ...op(1, 'ok', 310, 325, { node: 'n2' }),
  ...op(4, 'ok', 330, 340, { node: 'n1' }),
  ['observer:lifecycle', 'info', 'phase', 'heal', { at: 400 }],
  ...op(9, 'fail', 450, 451, { node: 'n1' }),
];

describe('the checker availability', () => {
  it('tells shares, the longest silence, recovery and latency from the intended start', () => {
    const result = check(writtenHistory(HISTORY));
    expect(result.valid).toBe(true);
    expect(result.stats).toEqual({
      ok: 6,
      fail: 0,
      info: 1,
      okShare: 0.8571,
      latencyMs: {
        count: 6,
        p50: expect.closeTo(10, 1),
        p90: expect.closeTo(15, 1),
        p99: expect.closeTo(15, 1),
        p999: expect.closeTo(15, 1),
        max: expect.closeTo(15, 1),
      },
      byF: { read: expect.objectContaining({ ok: 6, info: 1 }) },
      longestGap: { ms: 190, from: 111e6, to: 301e6 },
      windows: [
        {
          id: 'kill-1',
          family: 'kill',
          ok: 2,
          fail: 0,
          info: 1,
          okShare: 0.6667,
          latencyMs: expect.objectContaining({ count: 1 }),
          recoveryMs: 25,
          recoveryMsByNode: { n1: 40, n2: 25 },
        },
      ],
    });
  });

  it.each<[string, Record<string, number>, string[]]>([
    ['the share of successes', { minOkShare: 0.9 }, ['too-few-successes']],
    ['the share of successes, met', { minOkShare: 0.85 }, []],
    ['the longest silence', { maxGapMs: 189 }, ['silence']],
    ['the longest silence, met', { maxGapMs: 190 }, []],
    ['recovery', { maxRecoveryMs: 24 }, ['not-recovered']],
    ['recovery, met', { maxRecoveryMs: 25 }, []],
    ['latency', { maxP99Ms: 14 }, ['slow']],
    ['latency, met', { maxP99Ms: 15 }, []],
  ])('judges %s where a bound is stated', (_, bounds, types) => {
    const history = writtenHistory(HISTORY);
    const result = check(history, bounds);
    expect(result.valid).toBe(types.length === 0);
    if (result.valid !== false) return;
    expect(result.anomalies.map((anomaly) => anomaly.type)).toEqual(types);
    for (const anomaly of result.anomalies) expect(verifyCertificate(history, anomaly)).toEqual({ ok: true, why: '' });
    const [{ certificate, ...rest }] = result.anomalies;
    const lax = {
      ...rest,
      certificate: { ...certificate, data: { ...(certificate.data as object), limit: types[0] === 'too-few-successes' ? 0 : 1e6 } as Value },
    };
    expect(verifyCertificate(history, lax).ok).toBe(false);
  });

  it('does not know of bounds that nothing measures', () => {
    expect(check(writtenHistory([]), { maxGapMs: 5 })).toMatchObject({ valid: 'unknown', reasons: [{ code: 'nothing-acknowledged' }] });
    expect(check(writtenHistory([]))).toMatchObject({ valid: true });
    const unhealed = writtenHistory([...op(0, 'ok', 1, 2), ...kill('inject', 10), ...op(0, 'ok', 20, 21)]);
    expect(check(unhealed, { maxRecoveryMs: 5 })).toMatchObject({ valid: 'unknown', reasons: [{ code: 'recovery-not-measured' }] });
    const ended = writtenHistory([...op(0, 'ok', 1, 2), ...kill('inject', 10), ...kill('heal', 20), ...op(0, 'fail', 22, 23)]);
    expect(check(ended, { maxRecoveryMs: 5 })).toMatchObject({ valid: 'unknown', reasons: [{ code: 'recovery-not-measured' }] });
    expect(check(ended, { maxRecoveryMs: 2 })).toMatchObject({ valid: false });
  });

  it('counts the silence of a workload in which nothing ever succeeded', () => {
    const silent = writtenHistory([...op(0, 'fail', 0, 10), ...op(0, 'fail', 500, 510)]);
    expect(check(silent).stats).toMatchObject({ longestGap: { ms: 510 }, latencyMs: null, okShare: 0 });
  });

  it('latencies agree with the exact quantiles to three digits', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 200 }), (latencies) => {
        const events = latencies.flatMap((latency, i) => op(0, 'ok', i * 200_000, i * 200_000 + latency / 10));
        const { latencyMs } = check(writtenHistory(events)).stats as { latencyMs: Record<string, number> };
        const sorted = latencies.toSorted((a, b) => a - b);
        for (const [name, share] of [
          ['p50', 0.5],
          ['p90', 0.9],
          ['p99', 0.99],
        ] as const) {
          const exact = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]! / 10;
          expect(Math.abs(latencyMs[name]! - exact)).toBeLessThanOrEqual(exact / 500 + 0.002);
        }
      }),
      { numRuns: 60 },
    );
  });
});
