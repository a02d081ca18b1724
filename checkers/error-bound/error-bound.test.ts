import { describe, expect, it } from 'vitest';
import { UNLIMITED } from '../budget/budget.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { tailOf } from './binomial.ts';
import { errorBound } from './error-bound.ts';

describe('the chance of so many misses', () => {
  it('is that of the binomial distribution', () => {
    expect(tailOf(1, 1, 0.05)).toBeCloseTo(0.05, 12);
    expect(tailOf(10, 10, 0.5)).toBeCloseTo(1 / 1024, 12);
    expect(tailOf(8, 10, 0.5)).toBeCloseTo(56 / 1024, 12);
    // added up in exact arithmetic
    expect(tailOf(100, 1000, 0.05) / 8.410251084876999e-11).toBeCloseTo(1, 9);
    expect([tailOf(0, 5, 0.1), tailOf(50, 1000, 0.05), tailOf(1, 1000, 0), tailOf(900_000, 1_000_000, 0.05)]).toEqual([1, 1, 0, 0]);
  });
});

const sketch = (key: string, estimate: number, type: 'ok' | 'info' = 'ok'): WrittenEvent[] => [
  [key === 'a' ? 0 : 1, 'invoke', 'add', 100, { key }],
  [key === 'a' ? 0 : 1, type, 'add', 100, { key }],
  [2, 'invoke', 'read', null, { key }],
  [2, 'ok', 'read', { estimate }, { key }],
];
const judge = (events: readonly WrittenEvent[], options: Record<string, unknown>) =>
  errorBound.check(writtenHistory(events), errorBound.options.parse(options), UNLIMITED);
const many = (count: number, estimate: number): WrittenEvent[] => Array.from({ length: count }, (_, i) => sketch(`s${i}`, estimate)).flat();

describe('an error bound', () => {
  it('that is certain is broken by one estimate', () => {
    expect(judge([...sketch('a', 104), ...sketch('b', 106)], { epsilon: 0.05 })).toMatchObject({
      valid: false,
      anomalies: [
        { sentence: expect.stringMatching(/^1 of 2 estimates is off by more than 0.05 of the truth: .* was told 106 of "b" at .* the truth was 100$/) },
      ],
    });
    expect(judge(sketch('a', 104), { epsilon: 0.05 }).valid).toBe(true);
  });

  it('that is likely is broken by more misses than chance has, of sketches and not of estimates of one', () => {
    expect(judge([...many(90, 100), ...many(5, 150)], { epsilon: 0.05, delta: 0.95 }).valid).toBe(true);
    expect(judge([...many(90, 100), ...sketch('a', 150), ...many(30, 150)], { epsilon: 0.05, delta: 0.95 })).toMatchObject({ valid: false });
    const again = Array.from({ length: 50 }, () => sketch('a', 150).slice(2)).flat();
    expect(judge([...sketch('a', 150), ...again], { epsilon: 0.05, delta: 0.95 })).toMatchObject({
      valid: 'unknown',
      reasons: [{ code: 'too-few-estimates' }],
    });
  });

  it('is unknown where the truth is, and where there is no bound', () => {
    expect(judge([...sketch('a', 50, 'info'), ...sketch('b', 50, 'info')], { epsilon: 0.05 })).toMatchObject({
      valid: 'unknown',
      reasons: [{ code: 'nothing-acknowledged' }, { code: 'uncertain-truth' }],
    });
    expect(judge(sketch('a', 100), {})).toMatchObject({ valid: 'unknown', reasons: [{ code: 'no-bound' }] });
  });
});
