import { describe, expect, it } from 'vitest';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { isolation } from '../checker.ts';
import { type SmallOp, smallHistory } from '../testing/small-history.ts';

/** Transactions that overlap, each by a process of its own. */
function overlapping(transactions: readonly (readonly SmallOp[])[]) {
  return smallHistory(transactions.map((ops, i) => ({ process: i, start: i, end: 1000 + i, outcome: 'ok', ops })));
}

/** From a writer of x over transactions that each read what the one before wrote, to a reader of the other writer's x. */
function chain(name: string, length: number, mine: number, others: number): SmallOp[][] {
  const links = Array.from({ length }, (_, i): SmallOp[] => [
    ['r', `${name}${i}`, 1],
    ['w', `${name}${i + 1}`, 1],
  ]);
  return [
    [
      ['w', 'x', mine],
      ['w', `${name}0`, 1],
    ],
    ...links,
    [
      ['r', `${name}${length}`, 1],
      ['r', 'x', others],
    ],
  ];
}

describe('either of two orders of versions', () => {
  it.each([1, 8, 16])('is refuted over chains of %i transactions, and the certificate is confirmed', (length) => {
    const history = overlapping([...chain('c', length, 1, 2), ...chain('d', length, 2, 1)]);
    const result = isolation.check(history, isolation.options.parse({ consistencyModels: ['serializable'] }), UNLIMITED);
    if (result.valid !== false) throw new Error(`it is ${result.valid}`);
    // Both write x without having seen the other's: snapshots do not help either.
    expect(result.anomalies.map(({ type }) => type)).toContain('no-snapshot-order');
    for (const anomaly of result.anomalies) expect(verifyCertificate(history, anomaly)).toEqual({ ok: true, why: '' });
  });

  it('is not refuted where one of them does', () => {
    const history = overlapping([...chain('c', 8, 1, 1), ...chain('d', 8, 2, 1)]);
    const result = isolation.check(history, isolation.options.parse({ consistencyModels: ['serializable'] }), UNLIMITED);
    expect(result.valid).toBe(true);
  });

  it.each(['no-serial-order', 'no-snapshot-order'])('is not said to be %s by a certificate where there is such an order', (type) => {
    const history = overlapping([...chain('c', 8, 1, 1), ...chain('d', 8, 2, 1)]);
    const transactions = Array.from({ length: 20 }, (_, i) => 20 + i);
    const forged = { type, ops: transactions, sentence: '', certificate: { kind: 'isolation/no-order', data: { type, transactions } } };
    expect(verifyCertificate(history, forged)).toEqual({ ok: false, why: 'there is such an order' });
  });
});
