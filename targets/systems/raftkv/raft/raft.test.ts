import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BugName } from '../bugs.ts';
import { InvariantBroken, ModelCluster, type ModelOptions } from './model-cluster.test-support.ts';

const options = fc.record({ nodes: fc.constantFrom(1, 2, 3, 5), preVote: fc.boolean(), appendLimit: fc.constantFrom(1, 3, 64) });

describe('Raft under drops, doubles, disorder, cuts, kills and losses of power', () => {
  it('keeps election safety, log matching, leader completeness, state machine safety and fresh reads', () => {
    fc.assert(
      fc.property(fc.integer(), options, (seed, given) => {
        new ModelCluster(seed, given).walk(1_500);
      }),
      { numRuns: 300 },
    );
  });

  it('agrees again once the links are healed', () => {
    fc.assert(
      fc.property(fc.integer(), options, (seed, given) => {
        const cluster = new ModelCluster(seed, given);
        cluster.walk(600);
        expect(cluster.converge()).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('does something in these walks: elects, commits, confirms reads', () => {
    const seen = { terms: 0, committed: 0, reads: 0 };
    for (let seed = 0; seed < 20; seed++) {
      const cluster = new ModelCluster(seed, { nodes: 3, preVote: seed % 2 === 0, appendLimit: 64 });
      cluster.walk(1_500);
      seen.terms += cluster.terms;
      seen.committed += cluster.committed;
      seen.reads += cluster.readsConfirmed;
    }
    expect(seen.terms).toBeGreaterThan(60);
    expect(seen.committed).toBeGreaterThan(150);
    expect(seen.reads).toBeGreaterThan(60);
  });
});

describe('members that come and go, any number of them at once', () => {
  const changing = fc.record({ nodes: fc.constantFrom(3, 4, 5), spares: fc.constantFrom(1, 2), preVote: fc.boolean(), appendLimit: fc.constantFrom(1, 64) });

  it('keep all of that too', () => {
    fc.assert(
      fc.property(fc.integer(), changing, (seed, given) => {
        new ModelCluster(seed, given).walk(1_500);
      }),
      { numRuns: 200 },
    );
  });

  it('agree again once the links are healed', () => {
    fc.assert(
      fc.property(fc.integer(), changing, (seed, given) => {
        const cluster = new ModelCluster(seed, given);
        cluster.walk(600);
        expect(cluster.converge()).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('change often in these walks', () => {
    let begun = 0;
    for (let seed = 0; seed < 60; seed++) {
      const cluster = new ModelCluster(seed, { nodes: 5, spares: 2, preVote: true, appendLimit: 64 });
      cluster.walk(1_500);
      begun += cluster.changesBegun;
    }
    expect(begun).toBeGreaterThan(30);
  });

  it('decide twice where they change in one step', () => {
    const given = { nodes: 5, spares: 2, preVote: false, appendLimit: 64, bug: 'no-joint-consensus' } as const;
    expect(firstBroken(given, 400)).toMatch(/election safety|leader completeness|state machine safety|stale read/);
  });
});

describe('the walk finds what each omission of the core breaks', () => {
  const cases: readonly { readonly bug: BugName; readonly broken: RegExp; readonly walks: number }[] = [
    { bug: 'unpersisted-vote', broken: /election safety|leader completeness|state machine safety|log matching/, walks: 40 },
    { bug: 'unsynced-log-tail', broken: /leader completeness|state machine safety|stale read/, walks: 40 },
    { bug: 'stale-leader-read', broken: /stale read/, walks: 400 },
    { bug: 'commit-old-term', broken: /leader completeness|state machine safety/, walks: 4_000 },
  ];
  it.each(cases)('$bug', ({ bug, broken, walks }) => {
    expect(firstBroken({ nodes: 3, preVote: false, appendLimit: 1, bug }, walks)).toMatch(broken);
  });
});

function firstBroken(given: ModelOptions, walks: number): string {
  for (let seed = 0; seed < walks; seed++) {
    try {
      new ModelCluster(seed, given).walk(1_500);
    } catch (error) {
      if (error instanceof InvariantBroken) return error.message;
      throw error;
    }
  }
  return 'nothing';
}
