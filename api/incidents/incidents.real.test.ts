/** What is too much for the unit tests: ten seeds of every incident, and the same two programs as processes of the operating system. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRng } from '../../harness/random/rng.ts';
import { freshSeed } from '../../harness/random/seed.ts';
import { INCIDENTS } from '../../incidents/registry/incidents.ts';
import { loadIncident, runIncident } from './run-incident.ts';
import { asExpected, runTrials } from './trials.ts';

const rng = createRng(freshSeed());
const SEEDS = Array.from({ length: 10 }, (_, n) => rng.fork(n).int(0, 0x7fffffff));

it.each(Object.keys(INCIDENTS))('%s: ten random seeds of each variant', { timeout: 120_000 }, async (id) => {
  const incident = await loadIncident(id);
  for (const variant of ['broken', 'fixed'] as const) {
    const others = (await runTrials({ id, variant, seeds: SEEDS })).filter((trial) => !asExpected(incident, variant, trial));
    // 95 of 100: one of ten may miss the broken one
    expect(others.length, JSON.stringify(others)).toBeLessThanOrEqual(variant === 'broken' ? 1 : 0);
  }
});

it('timeout-is-failure on the process host: the same two programs', { timeout: 120_000 }, async () => {
  const out = mkdtempSync(join(tmpdir(), 'ordeal-incident-'));
  try {
    const incident = await loadIncident('timeout-is-failure');
    const { expectations } = await runIncident({ incident, variants: ['broken', 'fixed'], seed: SEEDS[0]!, host: 'process', out }, () => ({}));
    for (const { text, met } of expectations) expect(met, text).toBe(true);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});
