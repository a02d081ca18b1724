import { describe, expect, it } from 'vitest';
import type { Ns } from '../../harness/contracts/index.ts';
import { createBudget, UNLIMITED } from './budget.ts';

describe('a budget', () => {
  it('ends with its time, from its creation on', () => {
    let now = 50;
    const budget = createBudget({ clock: { now: () => now as Ns }, timeMs: 100e-6 });
    now = 149;
    expect(budget.exceeded(0)).toBe(false);
    now = 150;
    expect(budget.exceeded(0)).toBe('time');
  });

  it('ends with its memory, and only with more than that', () => {
    const budget = createBudget({ clock: { now: () => 0 as Ns }, memoryBytes: 10 });
    expect(budget.exceeded(10)).toBe(false);
    expect(budget.exceeded(11)).toBe('memory');
  });

  it('can be called off, which goes before everything else', () => {
    let off = false;
    const budget = createBudget({ clock: { now: () => 5 as Ns }, timeMs: 1e-6, cancelled: () => off });
    expect(budget.exceeded(0)).toBe(false);
    off = true;
    expect(budget.exceeded(0)).toBe('cancelled');
  });

  it('hands on progress', () => {
    const seen: number[][] = [];
    createBudget({ clock: { now: () => 0 as Ns }, onProgress: (done, total) => seen.push([done, total]) }).progress(3, 7);
    expect(seen).toEqual([[3, 7]]);
  });

  it('need not have limits', () => {
    expect(createBudget({ clock: { now: () => Number.MAX_SAFE_INTEGER as Ns } }).exceeded(Number.MAX_SAFE_INTEGER)).toBe(false);
    expect(UNLIMITED.exceeded(Number.MAX_SAFE_INTEGER)).toBe(false);
  });
});
