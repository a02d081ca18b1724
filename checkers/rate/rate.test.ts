import { describe, expect, it } from 'vitest';
import type { History } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { rate } from './rate.ts';
import { rateTrial } from './testing/trial.ts';

const judge = (history: History, options: Record<string, unknown>) => rate.check(history, rate.options.parse(options), UNLIMITED);

/** A grant, from when to when (ms); of unknown outcome without an end. */
const grants = (...spans: readonly (readonly [from: number, to?: number])[]): History => {
  const events = spans.flatMap(([from, to], process): WrittenEvent[] => [
    [process, 'invoke', 'acquire', null, { at: from }],
    [process, to === undefined ? 'info' : 'ok', 'acquire', null, { at: to ?? from + 1 }],
  ]);
  return writtenHistory(events.sort((a, b) => a[4]!.at! - b[4]!.at!));
};

/** The most grants of one key that some window may hold, each window beginning where a grant may end or with a call. */
function mostPossible(history: History, windowNs: number, lateNs: number): number {
  const events = Array.from({ length: history.length }, (_, i) => history.event(i));
  const calls = events.filter(({ type }) => type === 'invoke');
  const spans = calls.flatMap(({ index, key, time }) => {
    const end = events[history.columns.pair[index]!];
    if (end?.type === 'fail' || end?.applied === false) return [];
    return [{ key, from: time as number, to: end?.type === 'ok' ? (end.time as number) : time + lateNs }];
  });
  // a window that ends just after the call
  const held = ({ key, from: end }: (typeof spans)[number]) => spans.filter((span) => span.key === key && span.from <= end && span.to > end - windowNs).length;
  return Math.max(0, ...spans.map(held));
}

describe('a limit on the rate', () => {
  it('is kept only where no window may hold more, broken where one must, else unknown', () => {
    const verdicts = { true: 0, false: 0, unknown: 0 };
    for (let n = 0; n < 600; n++) {
      const rng = createRng('rate').fork(n);
      const history = writtenHistory(rateTrial.random((limit) => rng.int(0, limit - 1)));
      const options = { limit: 2, windowMs: 6, ...(n % 2 === 0 && { lateMs: 4 }) };
      const { valid, ...result } = judge(history, options);
      verdicts[String(valid) as keyof typeof verdicts]++;
      const most = mostPossible(history, 6e6, n % 2 === 0 ? 4e6 : Infinity);
      expect([n, result.stats]).toMatchObject([n, { peakPossible: most }]);
      if (most > 2) expect([n, valid]).not.toEqual([n, true]);
    }
    for (const count of Object.values(verdicts)) expect(count).toBeGreaterThan(30);
  });

  it('is unknown where grants took too long to tell', () => {
    const wide = grants([0, 30], [1, 31], [2, 32], [3], [4]);
    expect(judge(wide, { limit: 2, windowMs: 20 })).toMatchObject({ valid: 'unknown', reasons: [{ code: 'uncertain-moments' }] });
    const late = grants([0, 1], [100], [200, 201]);
    expect(judge(late, { limit: 1, windowMs: 20 })).toMatchObject({ valid: 'unknown', reasons: [{ code: 'unknown-grants' }] });
    expect(judge(late, { limit: 1, windowMs: 20, lateMs: 50 }).valid).toBe(true);
  });

  it('is broken by long grants that overlap, where they are too many for several windows on end', () => {
    // none of them lies in a window of 20 with another, but three of them do in 40
    const long = grants([0, 25], [4, 31], [9, 39]);
    expect(judge(long, { limit: 1, windowMs: 20 })).toMatchObject({
      valid: false,
      anomalies: [{ ops: [3, 4, 5], sentence: expect.stringMatching(/^3 grants .* 2 in 0.040 s are allowed, as 1 in 0.020 s are/) }],
    });
    expect(judge(grants([0, 25], [4, 31], [9, 40]), { limit: 1, windowMs: 20 }).valid).toBe('unknown');
  });
});
