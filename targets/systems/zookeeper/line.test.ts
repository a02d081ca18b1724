import { describe, expect, it } from 'vitest';
import { ZookeeperError } from './errors.ts';
import { firstOf, predecessorOf } from './line.ts';

const LINE = ['n-0000000012', 'n-0000000009', 'n-0000000010'];

describe('a line', () => {
  it('is led by the lowest number, in whatever order it is listed', () => {
    expect(firstOf(LINE)).toBe('n-0000000009');
    expect(firstOf([])).toBeUndefined();
  });

  it('has each watch the one right before it, and the first nobody', () => {
    expect(LINE.map((own) => predecessorOf(own, LINE))).toEqual(['n-0000000010', undefined, 'n-0000000009']);
  });

  it('has no place for whose session is over', () => {
    expect(() => predecessorOf('n-0000000011', LINE)).toThrow(ZookeeperError);
    expect(() => predecessorOf('n-0000000001', [])).toThrow(/-112/);
  });
});
