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

/** What the checker found, in a run in which something was committed and the coordinator was killed; a fresh seed each time. */
function judged(own: RealRuns): Ran & { readonly types: ReadonlySet<string> } {
  const ran = own.run('process');
  expect(ran.results.counts.ok).toBeGreaterThanOrEqual(10);
  expect(ran.results.faults.map(({ proven, healed }) => proven && healed)).toEqual([true, true, true, true, true, true]);
  expect(own.leftovers()).toEqual(NOTHING_LEFT);
  const check = ran.results.checks.find(({ checker }) => checker === 'two-phase-commit');
  return { ...ran, types: new Set(check?.anomalies?.map(({ type }) => type)) };
}

describe.skipIf(able !== '')(`two-phase commit on PostgreSQL on process${able && ` (not run: ${able})`}`, () => {
  it('leaves nothing half done where the coordinator writes its decisions down', () => {
    const { status, results, types } = judged(runs.logged);
    expect([status, results.valid, results.reasons, [...types]], `seed ${results.seed}`).toEqual([0, true, [], []]);
  });

  it('commits on one server and rolls back on the other where it forgets them', () => {
    const { status, results, types } = judged(runs.forgetful);
    expect([status, results.valid], `seed ${results.seed}`).toEqual([1, false]);
    expect(types).toContain('disagreement');
  });

  it('leaves transactions in doubt where it does not recover', () => {
    const { status, results, types } = judged(runs.noRecovery);
    expect([status, results.valid], `seed ${results.seed}`).toEqual([1, false]);
    expect(types).toContain('in-doubt');
  });
});
