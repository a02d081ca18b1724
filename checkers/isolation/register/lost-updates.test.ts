import { describe, expect, it } from 'vitest';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { isolation } from '../checker.ts';
import { type SmallOp, smallHistory } from '../testing/small-history.ts';

const RUNS: readonly (readonly SmallOp[])[] = [
  [['w', 'x', 1]],
  [
    ['r', 'x', 1],
    ['w', 'x', 2],
  ],
  [['w', 'x', 1]],
  [
    ['r', 'x', 1],
    ['w', 'x', 3],
  ],
  // Stale: not strictly serializable.
  [['r', 'x', 2]],
];

describe('a value that was written twice and updated twice', () => {
  const history = smallHistory(RUNS.map((ops, i) => ({ process: i, start: i, end: i + 0.5, outcome: 'ok', ops })));

  it('is no lost update', () => {
    const { valid } = isolation.check(history, isolation.options.parse({ anomalies: ['lost-update'] }), UNLIMITED);
    expect(valid).toBe(true);
  });

  it('is not said to be one by a certificate', () => {
    const forged = { type: 'lost-update', ops: [3, 7], sentence: '', certificate: { kind: 'isolation/lost-update', data: { key: 'x', one: 3, other: 7 } } };
    expect(verifyCertificate(history, forged)).toMatchObject({ ok: false });
  });
});
