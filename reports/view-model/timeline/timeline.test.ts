/** Buckets, quantiles and lanes: nothing is counted twice, nothing is lost, and pages stay small. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WrittenEvent } from '../../../checkers/testing/written-history.ts';
import { writtenHistory } from '../../../checkers/testing/written-history.ts';
import { bucketsOf, heatScale, latencyMs } from './buckets.ts';
import { lanesOf } from './lanes.ts';

/** One client after the other; each operation takes so many microseconds and ends so. */
const operations = fc.array(fc.record({ took: fc.integer({ min: 5, max: 3_000_000 }), type: fc.constantFrom('ok', 'fail', 'info', 'none') }), {
  minLength: 1,
  maxLength: 60,
});

type Operation = { readonly took: number; readonly type: string };

function historyOf(list: readonly Operation[]) {
  const events: WrittenEvent[] = [];
  let at = 0;
  list.forEach(({ took, type }, process) => {
    events.push([process, 'invoke', 'write', 1, { at, scheduled: at }]);
    at += took / 1000;
    if (type !== 'none') events.push([process, type as 'ok' | 'fail' | 'info', 'write', 1, { at }]);
  });
  const history = writtenHistory(events);
  // the last event lies on the edge: it must be counted
  return { history, end: history.columns.time[history.length - 1]! || 1 };
}

describe('buckets', () => {
  test('count every operation once, and every success in one row of the heat map', () => {
    fc.assert(
      fc.property(operations, fc.integer({ min: 1, max: 40 }), (list, count) => {
        const { history, end } = historyOf(list);
        const buckets = bucketsOf(history, 0, end, count, heatScale(history));
        const sum = (outcome: 'ok' | 'fail' | 'info'): number => buckets.reduce((total, bucket) => total + bucket[outcome], 0);
        const expected = (...types: string[]): number => list.filter(({ type }) => types.includes(type)).length;
        expect([sum('ok'), sum('fail'), sum('info')]).toEqual([expected('ok'), expected('fail'), expected('info', 'none')]);
        expect(buckets.reduce((total, { heat }) => total + heat.reduce((all, row) => all + row, 0), 0)).toBe(sum('ok'));
      }),
    );
  });

  test('quantiles are within 2.5 % of the exact ones, and absent where too few succeeded', () => {
    fc.assert(
      fc.property(operations, (list) => {
        const { history, end } = historyOf(list);
        const [bucket] = bucketsOf(history, 0, end, 1, heatScale(history));
        const exact: number[] = [];
        for (let i = 0; i < history.length; i++) if (history.event(i).type === 'ok') exact.push(latencyMs(history, i));
        exact.sort((a, b) => a - b);
        const at = (q: number): number => exact[Math.max(0, Math.ceil(exact.length * q) - 1)]!;
        for (const [q, least, share] of [
          ['p50', 5, 0.5],
          ['p95', 20, 0.95],
          ['p99', 20, 0.99],
        ] as const) {
          const found = bucket![q];
          if (exact.length < least) expect(found).toBeNull();
          else expect(Math.abs(found! / at(share) - 1)).toBeLessThan(0.025);
        }
      }),
    );
  });
});

describe('lanes', () => {
  const busy = (size: number): ReturnType<typeof writtenHistory> => {
    const events: WrittenEvent[] = [];
    for (let i = 0; i < size; i++) {
      const process = i % 4;
      events.push([process, 'invoke', 'read', null, { at: i }]);
      events.push([process, i % 97 === 0 ? 'fail' : 'ok', 'read', 1, { at: i + 0.5 }]);
    }
    return writtenHistory(events);
  };

  test('show each of few operations by itself', () => {
    const { lanes, merged, operations } = lanesOf(busy(200), 0, 200e6, 4, 20);
    expect({ merged, operations }).toEqual({ merged: false, operations: 200 });
    expect(lanes.flatMap(({ marks }) => marks.map(({ count }) => count)).every((count) => count === 1)).toBe(true);
    expect(lanes.flatMap(({ marks }) => marks)).toHaveLength(200);
  });

  test('merge many into a bounded number of marks that still stand for all of them', () => {
    const { lanes, merged } = lanesOf(busy(20_000), 0, 20_000e6, 4, 20);
    const marks = lanes.flatMap((lane) => lane.marks);
    expect(merged).toBe(true);
    expect(marks.length).toBeLessThanOrEqual(3000);
    expect(marks.reduce((sum, { count }) => sum + count, 0)).toBe(20_000);
    expect(marks.filter(({ outcome }) => outcome === 'fail').reduce((sum, { count }) => sum + count, 0)).toBe(Math.ceil(20_000 / 97));
  });

  test('leave out lanes beyond those that are drawn', () => {
    expect(lanesOf(busy(40), 0, 40e6, 4, 2).lanes).toHaveLength(2);
  });
});
