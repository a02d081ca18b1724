import { describe, expect, it } from 'vitest';
import { freshSeed } from '../../harness/random/seed.ts';
import { fuzzLists } from './testing/against-oracle.ts';

describe('lists, against trying everything', () => {
  it('agree on every model that can be tried, and with every certificate', () => {
    const tally = fuzzLists(400, `${freshSeed()} small`, 4);
    expect(tally.valid).toBeGreaterThan(100);
    expect(tally.invalid).toBeGreaterThan(50);
    expect(tally.certificates).toBeGreaterThan(20);
  });
});
