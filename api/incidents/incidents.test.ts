import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../harness/random/rng.ts';
import { INCIDENTS } from '../../incidents/registry/incidents.ts';
import { replayRun } from '../replay/replay.ts';
import { runTest } from '../run/run-test.ts';
import { incidentPlan } from './incident-plan.ts';
import { asExpected, runTrials } from './trials.ts';

/** Seeds drawn anew each time (rule 32) are for the real tier and the soak, which allow for the few that miss. */
const SEED = 4;

describe.each(Object.entries(INCIDENTS))('the incident %s', (id, entry) => {
  it('is what its row says', async () => {
    const incident = await entry.load();
    expect([incident.id, incident.group, incident.summary]).toEqual([id, entry.group, entry.summary]);
    for (const text of [incident.wrong, incident.mend]) expect(text.length).toBeGreaterThan(100);
    const faults = incident.faults(createRng(1));
    const ledger = `n${incident.cast.length + 1}`;
    // the ledger is never killed or paused (rule 29); its answers may be lost
    for (const line of faults) if (line[1] === 'inject' && line[2] !== 'partition') expect(JSON.stringify(line[3])).not.toContain(ledger);
    const plans = (['broken', 'fixed'] as const).map((variant) => incidentPlan({ incident, variant, seed: 1, out: 'x' }));
    const [broken, fixed] = plans.map(({ name: _, incident: __, ...same }) => same);
    expect(broken).toEqual(fixed);
  });

  it.each(['broken', 'fixed'] as const)('goes as it should: %s', async (variant) => {
    const incident = await entry.load();
    for (const trial of await runTrials({ id, variant, seeds: [SEED] })) expect(asExpected(incident, variant, trial), JSON.stringify(trial)).toBe(true);
  });
});

it('replays a run of an incident to the same bytes', async () => {
  const out = mkdtempSync(join(tmpdir(), 'ordeal-incident-'));
  try {
    const incident = await INCIDENTS['outbox-lost']!.load();
    const report = await runTest(incidentPlan({ incident, variant: 'broken', seed: SEED, out }), { reports: 'none' });
    const replay = await replayRun(report.folder.path);
    expect(replay).toMatchObject({ differences: [] });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});
