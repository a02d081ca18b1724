/** Where things go in the drawing of a finding. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DrawingView, OperationView } from '../../view-model/index.ts';
import { layoutOf, WIDE } from './finding-layout.ts';

const op = (index: number, complete: number | null, start: number, end: number | null, process: number): OperationView => ({
  index,
  complete,
  process,
  node: 'n1',
  f: 'read',
  key: null,
  words: 'read',
  outcome: end === null ? 'info' : 'ok',
  refused: false,
  start,
  end,
  scheduled: null,
  error: null,
});

const drawing = (ops: readonly OperationView[], hits: readonly number[] = []): DrawingView => ({
  ops,
  hits,
  lanes: [...new Set(ops.map(({ process }) => process))].map((process) => ({ process, node: 'n1' })),
  arrows: [],
  legal: null,
  windows: [],
  alt: '',
});

describe('the layout of a finding', () => {
  test('keeps moments in order, apart and inside, whatever the times', () => {
    const steps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1e11 })), { minLength: 1, maxLength: 19 });
    fc.assert(
      fc.property(steps, (gaps) => {
        let time = 0;
        const times = gaps.map((gap) => (time += gap));
        const ops = times.flatMap((start, i) => (i % 2 === 0 && times[i + 1] !== undefined ? [op(i, i + 1, start, times[i + 1]!, i)] : []));
        if (ops.length === 0) return;
        const { moments } = layoutOf(drawing(ops));
        const least = Math.min(84, 720 / Math.max(1, moments.length - 1));
        moments.forEach((moment, i) => {
          expect(moment.x).toBeGreaterThanOrEqual(WIDE.lanes);
          expect(moment.x).toBeLessThanOrEqual(WIDE.edge);
          if (i > 0) expect(moment.x - moments[i - 1]!.x).toBeGreaterThanOrEqual(least - 1e-6);
        });
      }),
    );
  });

  test('is linear where nothing is too small to see', () => {
    const { moments, stretched } = layoutOf(drawing([op(0, 1, 0, 100, 0), op(2, 3, 200, 300, 1)]));
    expect(stretched).toBe(false);
    const gaps = moments.slice(1).map(({ x }, i) => Math.round(x - moments[i]!.x));
    expect(new Set(gaps).size).toBe(1);
  });

  test('puts what cannot be explained below the rest', () => {
    const { lanes } = layoutOf(drawing([op(0, 1, 0, 10, 7), op(2, 3, 20, 30, 3)], [0]));
    expect(lanes.map(({ process }) => process)).toEqual([3, 7]);
  });

  test('finds the place of any time between moments, and of those outside', () => {
    const layout = layoutOf(drawing([op(0, 1, 100, 200, 0), op(2, 3, 300, 400, 1)]));
    expect(layout.xAt(50)).toBe(WIDE.lanes);
    expect(layout.xAt(500)).toBe(WIDE.edge);
    expect(layout.xAt(150)).toBeGreaterThan(layout.xAt(110));
  });
});
