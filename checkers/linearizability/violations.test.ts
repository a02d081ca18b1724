import { describe, expect, it } from 'vitest';
import { createRng } from '../../harness/random/rng.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { judge } from './judge.ts';
import { FAMILIES } from './testing/families.ts';
import { longHistory, violationTargets } from './testing/fuzz-objects.ts';
import { fuzzTarget } from './testing/fuzz-target.ts';
import { VIOLATIONS } from './testing/violations.ts';

describe('long histories', () => {
  it.each(FAMILIES.filter(({ name }) => name in VIOLATIONS).map((family) => [family.name, family] as const))('of a %s are valid', (name, family) => {
    const history = longHistory(createRng(`valid ${name}`), family);
    expect(judge('linearizable', history, family.model, undefined, UNLIMITED)).toMatchObject({ valid: true, stats: { undecidedKeys: 0 } });
  });

  it.each(violationTargets(1).map((target) => [target.name, target] as const))('are convicted after a %s', (_, target) => {
    fuzzTarget(target, 'test', 0, 1);
  });
});
