/** Which operations get into the page. */
import { describe, expect, test } from 'vitest';
import { type WrittenEvent, writtenHistory } from '../../checkers/testing/written-history.ts';
import { material, STALE_READ } from '../testing/scenario.ts';
import { excerptView } from './excerpt.ts';
import { faultViews } from './faults.ts';
import { findingViews } from './findings/findings.ts';

describe('the excerpt', () => {
  test('has all operations of a small run', () => {
    const { results, history } = material(STALE_READ, ['linearizable']);
    const faults = faultViews(results, history, 4e9);
    const excerpt = excerptView(history, findingViews(results, history, faults), faults);
    expect(excerpt.ops).toHaveLength(6);
    expect(excerpt.total).toBe(6);
    expect(excerpt.ops.map(({ words }) => words)).toEqual(['write 1', 'write 2', 'write 3', 'read → 2', 'read → 1', 'cas 2 → 5']);
  });

  test('of a large run stays bounded, has the failures, and says what it has', () => {
    const events: WrittenEvent[] = [];
    for (let i = 0; i < 30_000; i++) {
      events.push([0, 'invoke', 'write', i, { at: i }]);
      events.push([0, i % 1000 === 7 ? 'fail' : 'ok', 'write', i, { at: i + 0.5 }]);
    }
    const history = writtenHistory(events);
    const excerpt = excerptView(history, [], { single: [], grouped: [], nodes: [] });
    expect(excerpt.total).toBe(30_000);
    expect(excerpt.ops).toHaveLength(30);
    expect(excerpt.ops.every(({ outcome }) => outcome === 'fail')).toBe(true);
    expect(excerpt.included).toContain('30 of 30\u202f000');
  });
});
