import { describe, expect, it } from 'vitest';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { bank } from './bank.ts';

const check = (events: readonly WrittenEvent[], options: object = {}) => bank.check(writtenHistory(events), bank.options.parse(options), UNLIMITED);
const moved = (process: number, type: 'ok' | 'info' | 'fail', amount = 5): WrittenEvent[] => [
  [process, 'invoke', 'transfer', { from: 0, to: 1, amount }],
  [process, type, 'transfer', { from: 0, to: 1, amount }],
];
const read = (process: number, first: number, second: number): WrittenEvent[] => [
  [process, 'invoke', 'read', null],
  [process, 'ok', 'read', { 0: first, 1: second }],
];
const KNOWN = { accounts: 2, balance: 10 };

describe('the checker bank', () => {
  it('says by how much a total is wrong, and against what', () => {
    const events = [...moved(0, 'ok'), ...read(1, 5, 15), ...read(2, 5, 12), ...read(3, 5, 15)];
    expect(check(events)).toMatchObject({
      valid: false,
      anomalies: [{ type: 'wrong-total', ops: [3, 5], sentence: 'process 2 read 17 in all at 0.006 s: 3 less than the 20 that most reads show' }],
    });
    expect(check(events, { total: 20 })).toMatchObject({ anomalies: [{ sentence: expect.stringContaining('3 less than the 20 that there are') }] });
  });

  it('lets an unknown transfer have happened or not, and a refused one never', () => {
    for (const [first, second] of [
      [5, 15],
      [0, 20],
    ] as const)
      expect(check([...moved(0, 'ok'), ...moved(1, 'info'), ...read(2, first, second)], KNOWN).valid).toBe(true);
    expect(check([...moved(0, 'ok'), ...moved(1, 'fail'), ...read(2, 0, 20)], KNOWN)).toMatchObject({ anomalies: [{ type: 'unexplained-balance' }] });
  });

  it('finds a transfer that was acknowledged and is gone, though the total is right', () => {
    const result = check([...moved(0, 'ok'), ...read(1, 10, 10)], KNOWN);
    expect(result).toMatchObject({
      anomalies: [
        {
          type: 'unexplained-balance',
          sentence: 'process 1 read 10 in account 0 at 0.004 s, which began with 10: by the transfers it holds 5',
        },
      ],
    });
  });

  it('does not ask a stale read for more than the total, but on demand', () => {
    const stale = [...moved(0, 'ok'), ...read(1, 10, 10), ...moved(2, 'ok'), ...read(3, 0, 20)];
    expect(check(stale, KNOWN).valid).toBe(true);
    expect(check(stale, { ...KNOWN, explained: 'every-read' }).valid).toBe(false);
  });

  it('does not know where nothing was read, nothing moved, or something else was done', () => {
    const codes = (events: readonly WrittenEvent[], options: object = {}) => {
      const result = check(events, options);
      return result.valid === 'unknown' ? result.reasons.map(({ code }) => code) : result.valid;
    };
    expect(codes(moved(0, 'ok'))).toEqual(['nothing-read']);
    expect(codes(read(0, 10, 10))).toEqual(['nothing-acknowledged']);
    expect(codes([...read(0, 10, 10), ...moved(1, 'ok')], KNOWN)).toEqual(['no-final-read']);
    expect(codes([...moved(0, 'ok'), [1, 'invoke', 'deposit', 5], ...read(2, 5, 20)], KNOWN)).toEqual(['foreign-operations']);
    expect(codes([...moved(0, 'ok'), [1, 'invoke', 'read', null], [1, 'ok', 'read', [1, 2]]])).toContain('malformed-value');
  });

  it('refuses wrong certificates', () => {
    const history = writtenHistory([...moved(0, 'ok'), ...read(1, 5, 15), ...read(2, 5, 15)]);
    const verify = (type: string, more: object) => {
      const data = { transfer: 'transfer', read: 'read', at: 3, account: '0', total: 20, witness: -1, ...KNOWN, ...more };
      return verifyCertificate(history, { type, ops: [3], sentence: '', certificate: { kind: `bank/${type}`, data } }).ok;
    };
    expect(verify('wrong-total', {})).toBe(false);
    expect(verify('wrong-total', { witness: 5 })).toBe(false);
    expect(verify('wrong-total', { at: 1, total: 3 })).toBe(false);
    expect(verify('missing-balance', {})).toBe(false);
    expect(verify('unexpected-account', {})).toBe(false);
    expect(verify('negative-balance', {})).toBe(false);
    expect(verify('unexplained-balance', {})).toBe(false);
  });
});
