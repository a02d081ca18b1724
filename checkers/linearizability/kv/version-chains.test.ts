import { describe, expect, it } from 'vitest';
import type { Rng } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { prepare } from '../problem/prepare.ts';
import { replayWitness } from '../proof/replay-witness.ts';
import { windowedEngine } from '../search/windowed-engine.ts';
import { FAMILIES } from '../testing/families.ts';
import { fuzzTarget } from '../testing/fuzz-target.ts';
import { fuzzTargetNamed } from '../testing/fuzz-targets.ts';
import { type Family, objectHistory } from '../testing/object-history.ts';
import { noShapes } from '../testing/shapes.ts';
import { versionChainsEngine } from './version-chains-engine.ts';

const KV = FAMILIES.find(({ name }) => name === 'kv')!;
const LIMITS = { budget: UNLIMITED, configurations: 1_000_000, bytesHeld: 0 };
/** Many absences, and many that meet one. */
const DELETING: Family = {
  ...KV,
  draw: (rng: Rng, i, domain, last) => (rng.int(0, 2) > 0 ? { f: rng.int(0, 2) > 0 ? 'get' : 'delete', input: null } : KV.draw(rng, i, domain, last)),
};

describe('version-chains', () => {
  it('decides most small histories of keys that are deleted', () => {
    const shapes = noShapes();
    const tally = fuzzTarget(fuzzTargetNamed('oracle: kv'), 'deletes', 0, 500, new Map(), shapes);
    const { legal, illegal } = tally.get('version-chains')!;
    expect((legal + illegal) / shapes.histories).toBeGreaterThan(0.7);
  });

  it('decides hundreds of operations as the general search does', () => {
    const rng = createRng('absences');
    const decided = { legal: 0, illegal: 0, undecided: 0 };
    for (let i = 0; i < 60; i++) {
      const family = i % 2 === 0 ? KV : DELETING;
      const options = {
        family,
        operations: 100,
        clients: 4,
        domain: 0,
        overlap: 2,
        crashed: 0.02,
        corrupted: i % 3 === 0 ? 0.02 : 0,
        failed: 0,
        failRefused: 0,
      };
      const { keys, classes } = prepare(objectHistory(rng.fork(i), options), KV.model);
      const problem = { operations: keys[0]!, classes };
      const decision = versionChainsEngine.decide(problem, LIMITS);
      decided[decision.kind]++;
      if (decision.kind === 'undecided') continue;
      expect(decision.kind).toBe(windowedEngine.decide(problem, LIMITS).kind);
      if (decision.kind === 'legal') expect(replayWitness(keys[0]!, classes, decision.witness)).toMatchObject({ ok: true });
    }
    expect(decided.legal).toBeGreaterThan(30);
    expect(decided.illegal).toBeGreaterThan(8);
  });
});
