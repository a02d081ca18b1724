import { describe, expect, it } from 'vitest';
import { verifyCertificate } from '../certificates/registry.ts';
import { compareWithDefinition, injectAnomalies, judgeGood } from './law-trial.ts';
import { LAWS } from './laws.ts';
import { writtenHistory } from './written-history.ts';

describe.each(Object.entries(LAWS))('the checker %s', (_, trial) => {
  it('agrees with the definition on random histories, and its certificates hold', () => {
    const { convicted, mismatches } = compareWithDefinition(trial, 2_000, 20_261_126);
    expect(mismatches).toEqual([]);
    expect(convicted).toBeGreaterThan(200);
    expect(convicted).toBeLessThan(1_900);
  });

  it('finds each anomaly in a long history by its name, and nothing else', () => {
    const all = Object.fromEntries(Object.keys(trial.injections).map((type) => [type, 5]));
    expect(injectAnomalies(trial, 5, 4_000, 'inject')).toMatchObject({ histories: 5, found: all, foreign: [] });
  });

  it('has certificates that hold in no other history', () => {
    const right = writtenHistory(trial.good(4_000));
    const { anomalies } = injectAnomalies(trial, 1, 4_000, 'certificates');
    expect(anomalies.length).toBeGreaterThan(0);
    for (const anomaly of anomalies) expect([anomaly.sentence, verifyCertificate(right, anomaly).ok]).toEqual([anomaly.sentence, false]);
    // nor do they certify anything else
    for (const anomaly of anomalies) expect(verifyCertificate(right, { ...anomaly, type: 'something-else' }).ok).toBe(false);
  });

  it('does not accuse a right history', () => {
    expect(judgeGood(trial, 4_000, () => 0).result).toMatchObject({ valid: true });
  });
});
