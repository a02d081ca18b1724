import { describe, expect, it } from 'vitest';
import { UNLIMITED } from '../budget/budget.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { longFork } from './long-fork.ts';

const ADDED = [1, 2, 3, 4, 5, 9].flatMap((n): WrittenEvent[] => [
  [0, 'invoke', 'add', n],
  [0, 'ok', 'add', n],
]);
const forksOf = (...reads: readonly (readonly number[])[]) => {
  const events = reads.flatMap((seen): WrittenEvent[] => [
    [1, 'invoke', 'read', null],
    [1, 'ok', 'read', seen],
  ]);
  return longFork.check(writtenHistory([...ADDED, ...events]), longFork.options.parse({}), UNLIMITED);
};

describe('reads that fork', () => {
  it.each([
    ['the first', [[9], [1], [1, 2], [1, 2, 3], [1]]],
    ['one in the middle', [[1], [1, 2], [9], [1, 2, 3], [1, 2]]],
    [
      'one of the same size as others',
      [
        [1, 2],
        [1, 2, 3],
        [1, 9],
        [1, 2],
        [1, 2],
      ],
    ],
  ])('one that is wrong counts once: %s', (_, reads) => {
    expect(forksOf(...reads)).toMatchObject({ valid: false, anomalies: [{}], stats: { anomalies: { 'long-fork': 1 } } });
  });

  it('each that is wrong counts, where they are alike as well', () => {
    expect(forksOf([1], [1, 2], [9], [1, 2, 3], [9], [9])).toMatchObject({ valid: false, stats: { anomalies: { 'long-fork': 3 } } });
  });
});
