import { describe, expect, it } from 'vitest';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { isolation } from '../checker.ts';
import { type SmallOp, type SmallTransaction, smallHistory } from '../testing/small-history.ts';

type Row = readonly [process: number, outcome: SmallTransaction['outcome'], ...ops: SmallOp[]];

function judged(model: string, rows: readonly Row[]) {
  const history = smallHistory(rows.map(([process, outcome, ...ops], i) => ({ process, outcome, ops, start: 2 * i, end: 2 * i + 1 })));
  const result = isolation.check(history, isolation.options.parse({ workload: 'list-append', consistencyModels: [model] }), UNLIMITED);
  for (const anomaly of result.valid === false ? result.anomalies : []) expect(verifyCertificate(history, anomaly)).toEqual({ ok: true, why: '' });
  return { valid: result.valid, types: result.valid === false ? result.anomalies.map(({ type }) => type) : [] };
}

describe('what was once acquitted wrongly', () => {
  const reordered: Row[] = [
    [0, 'ok', ['append', 'x', 1], ['append', 'x', 2], ['append', 'y', 1]],
    [1, 'ok', ['r', 'x', [2, 1]]],
  ];

  it.each(['serializable', 'read-atomic', 'monotonic-writes', 'sequential'])('appends of one transaction in another order, for %s', (model) => {
    // Another one's append behind them, so that no read ends between the two.
    const rows: Row[] = [reordered[0]!, [2, 'ok', ['append', 'x', 3]], [1, 'ok', ['r', 'x', [2, 1, 3]]]];
    expect(judged(model, rows).types).toContain('reordered-appends');
    expect(judged(model, [reordered[0]!, [2, 'ok', ['append', 'x', 3]], [1, 'ok', ['r', 'x', [1, 2, 3]]]]).valid).toBe(true);
  });

  it('a read of the future in front of another read', () => {
    const reads = (first: number[]): Row[] => [
      [0, 'ok', ['append', 'x', 1]],
      [1, 'ok', ['r', 'x', first], ['r', 'x', [1]], ['append', 'x', 2]],
    ];
    expect(judged('read-committed', reads([1, 2])).types).toContain('future-read');
    expect(judged('read-committed', reads([1])).valid).toBe(true);
  });

  it('a session over a list of which reads show several orders', () => {
    const rows = (second: number[]): Row[] => [
      [0, 'ok', ['append', 'x', 1]],
      [1, 'ok', ['append', 'x', 2]],
      [2, 'ok', ['r', 'x', [1]]],
      [2, 'ok', ['r', 'x', second]],
    ];
    expect(judged('monotonic-reads', rows([2])).types).toContain('non-monotonic-read');
    expect(judged('monotonic-reads', rows([1, 2])).valid).toBe(true);
  });

  it('what an unknown transaction appended, seen in the middle of a read that contradicts the longest one', () => {
    const rows = (outcome: 'ok' | 'info', seen: number[]): Row[] => [
      [0, 'ok', ['append', 'x', 3], ['append', 'x', 4], ['r', 'x', [3, 4]]],
      [0, outcome, ['append', 'x', 1]],
      [1, 'ok', ['append', 'x', 2], ['r', 'x', seen]],
    ];
    expect(judged('PRAM', rows('ok', [1, 2])).types).toContain('pram-cycle');
    expect(judged('PRAM', rows('info', [1, 2])).types).toContain('pram-cycle');
    expect(judged('PRAM', rows('info', [2])).valid).toBe(true);
  });

  it('the order within an unknown transaction, operation by operation', () => {
    const rows = (x: number[]): Row[] => [
      [0, 'info', ['append', 'x', 1], ['append', 'y', 1]],
      [1, 'ok', ['r', 'y', [1]], ['r', 'x', x]],
    ];
    expect(judged('sequential', rows([])).types).toContain('sequential-cycle');
    expect(judged('sequential', rows([1])).valid).toBe(true);
  });

  it('a snapshot that shows another one behind an append of its own, for prefix consistency', () => {
    const rows = (y: number[]): Row[] => [
      [0, 'ok', ['append', 'y', 1]],
      [1, 'ok', ['r', 'y', [1]], ['append', 'x', 2]],
      [2, 'ok', ['r', 'y', y], ['append', 'x', 3], ['r', 'x', [2, 3]]],
    ];
    expect(judged('prefix', rows([])).types).toContain('long-fork');
    expect(judged('prefix', rows([1])).valid).toBe(true);
  });

  it('updates that have no order for one reader, and those that have one for each', () => {
    const skew: Row[] = [
      [0, 'ok', ['r', 'x', []], ['append', 'y', 1]],
      [1, 'ok', ['r', 'y', []], ['append', 'x', 1]],
    ];
    expect(judged('update-serializable', skew).types).toContain('G-update');
    const fork: Row[] = [
      [0, 'ok', ['append', 'x', 1]],
      [1, 'ok', ['append', 'y', 1]],
      [2, 'ok', ['r', 'x', [1]], ['r', 'y', []]],
      [3, 'ok', ['r', 'x', []], ['r', 'y', [1]]],
    ];
    expect(judged('update-serializable', fork).valid).toBe(true);
    expect(judged('serializable', fork).valid).toBe(false);
  });

  it.each(['consistent-view', 'parallel-snapshot-isolation'])('appends that no read shows, where another cycle was found, for %s', (model) => {
    const rows: Row[] = [
      [0, 'ok', ['append', 'x', 1], ['append', 'y', 2], ['r', 'y', [2]]],
      [1, 'ok', ['r', 'z', []], ['append', 'y', 5]],
      [2, 'ok', ['append', 'x', 3], ['append', 'z', 4]],
      [3, 'ok', ['r', 'y', []], ['r', 'z', [4]]],
    ];
    // G-nonadjacent as it is; with either order of the two appends to x G-single as well.
    expect(judged('snapshot-isolation', rows).types).toContain('G-nonadjacent-item');
    expect(judged(model, rows).valid).not.toBe(true);
  });
});

it('no update is lost that a repeated element shows', () => {
  const rows = (second: number[]): Row[] => [
    [0, 'info', ['append', 'x', 1]],
    [1, 'ok', ['r', 'x', [1]], ['append', 'x', 2]],
    [2, 'ok', ['r', 'x', second], ['append', 'x', 4]],
  ];
  expect(judged('snapshot-isolation', rows([1, 1])).types).not.toContain('lost-update');
  expect(judged('snapshot-isolation', rows([1])).types).toContain('lost-update');
});

it('reads that contradict one another and show what nobody wrote, more of them than there are elements', () => {
  const strangers = Array.from({ length: 100 }, (_, i): Row => [i, 'ok', ['r', 'x', [1_000 + i]]]);
  expect(judged('read-committed', [[200, 'ok', ['append', 'x', 1]], ...strangers]).types).toContain('thin-air-read');
});
