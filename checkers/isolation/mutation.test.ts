import { describe, expect, it } from 'vitest';
import { createRng } from '../../harness/random/rng.ts';
import { freshSeed } from '../../harness/random/seed.ts';
import { countInjected, expectedCounts, INJECTIONS } from './testing/injections.ts';
import { countInjectedInRows, ROW_INJECTIONS } from './testing/row-injections.ts';

const sorted = (counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> => Object.fromEntries([...counts].sort());

describe('transactions of a strict-serializable store', () => {
  it('are not accused', () => {
    for (let i = 0; i < 5; i++) expect(sorted(countInjected(createRng(`${freshSeed()} ${i}`), 500, []))).toEqual({});
  });

  it.each(Object.entries(INJECTIONS))('are accused of %s when it is among them, and of nothing else', (_, injection) => {
    for (let i = 0; i < 3; i++) {
      expect(sorted(countInjected(createRng(`${freshSeed()} ${i}`), 500, [injection]))).toEqual(sorted(expectedCounts([injection])));
    }
  });

  it('are accused of all of them at once', () => {
    const all = Object.values(INJECTIONS);
    expect(sorted(countInjected(createRng(freshSeed()), 2000, all))).toEqual(sorted(expectedCounts(all)));
  });
});

describe('transactions over rows of a strict-serializable store', () => {
  it('are not accused', () => {
    for (let i = 0; i < 3; i++) expect(sorted(countInjectedInRows(createRng(`${freshSeed()} ${i}`), 500, []))).toEqual({});
  });

  it.each(Object.entries(ROW_INJECTIONS))('are accused of %s when it is among them, and of nothing else', (_, injection) => {
    expect(sorted(countInjectedInRows(createRng(freshSeed()), 300, [injection]))).toEqual(sorted(expectedCounts([injection])));
  });

  it('are accused of all of them at once', () => {
    const all = Object.values(ROW_INJECTIONS);
    expect(sorted(countInjectedInRows(createRng(freshSeed()), 1000, all))).toEqual(sorted(expectedCounts(all)));
  });
});
