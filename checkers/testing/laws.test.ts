import { describe, expect, it } from 'vitest';
import { compareWithDefinition, injectAnomalies, judgeGood } from './law-trial.ts';
import { LAWS } from './laws.ts';

describe.each(Object.entries(LAWS))('the checker %s', (_, trial) => {
  it('agrees with the definition on random histories, and its certificates hold', () => {
    const { convicted, mismatches } = compareWithDefinition(trial, 3_000, 20_261_126);
    expect(mismatches).toEqual([]);
    expect(convicted).toBeGreaterThan(300);
    expect(convicted).toBeLessThan(2_900);
  });

  it('finds each anomaly in a long history by its name, and nothing else', () => {
    const all = Object.fromEntries(Object.keys(trial.injections).map((type) => [type, 10]));
    expect(injectAnomalies(trial, 10, 4_000, 'inject')).toEqual({ histories: 10, found: all, foreign: [] });
  });

  it('does not accuse a right history', () => {
    expect(judgeGood(trial, 4_000, () => 0).result).toMatchObject({ valid: true });
  });
});
