/**
 * Two-phase commit over two PostgreSQL servers whose coordinator is killed, as a pair (examples/two-phase-commit): one that writes
 * its decisions down leaves nothing half done; one that forgets them commits here and rolls back there, and one that does not
 * recover leaves others in doubt.
 */
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { processHost } from '../../targets/hosts/process/index.ts';
import { missing, NOTHING_LEFT, type Ran, RealRuns } from './real-system.test-support.ts';

const example = (name: string): RealRuns => new RealRuns(join(import.meta.dirname, '../../examples/two-phase-commit', name));
const runs = { logged: example('ordeal.config.ts'), forgetful: example('forgetful.config.ts'), noRecovery: example('no-recovery.config.ts') };
afterAll(() => {
  for (const each of Object.values(runs)) each[Symbol.dispose]();
});

const able = await missing(processHost);

/** A run in which something was committed and the coordinator was killed, and what the checker found; a fresh seed each time. */
async function judged(own: RealRuns): Promise<Ran & { readonly types: ReadonlySet<string> }> {
  const ran = await own.runBeside('process');
  expect(ran.results.counts.ok, `seed ${ran.results.seed}`).toBeGreaterThanOrEqual(10);
  expect(ran.results.faults.map(({ proven, healed }) => proven && healed)).toEqual(Array(6).fill(true));
  expect(own.leftovers()).toEqual(NOTHING_LEFT);
  const check = ran.results.checks.find(({ checker }) => checker === 'two-phase-commit');
  return { ...ran, types: new Set(check?.anomalies?.map(({ type }) => type)) };
}

describe.skipIf(able !== '')(`two-phase commit on PostgreSQL on process${able && ` (not run: ${able})`}`, () => {
  it('leaves nothing half done where the coordinator writes its decisions down; commits here and rolls back there where it forgets them', async () => {
    const [logged, forgetful] = await Promise.all([judged(runs.logged), judged(runs.forgetful)]);
    const { status, results, types } = logged;
    expect([status, results.valid, results.reasons, [...types]], `seed ${results.seed}`).toEqual([0, true, [], []]);
    expect([forgetful.status, forgetful.results.valid], `seed ${forgetful.results.seed}`).toEqual([1, false]);
    expect(forgetful.types).toContain('disagreement');
  });

  it('leaves transactions in doubt where it does not recover', async () => {
    const { status, results, types } = await judged(runs.noRecovery);
    expect([status, results.valid], `seed ${results.seed}`).toEqual([1, false]);
    expect(types).toContain('in-doubt');
  });
});
