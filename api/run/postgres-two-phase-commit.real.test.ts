/**
 * Two-phase commit over two PostgreSQL servers whose coordinator is killed, as a pair: one that writes its decisions down leaves
 * nothing half done; one that forgets them commits here and rolls back there, and one that does not recover leaves everybody in doubt.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { processHost } from '../../targets/hosts/process/index.ts';
import { missing, NOTHING_LEFT, type Ran, RealRuns } from './real-system.test-support.ts';

const runs = new RealRuns('postgres-2pc');
afterAll(() => runs[Symbol.dispose]());

const able = await missing(processHost);

/** A fresh seed each time: the pair has to hold for all of them. */
const run = (coordinator: string): Ran => runs.run('process', '--coordinator', coordinator, '--faults', 'kill', '--time-limit', '15');

/** What the checker found, in a run in which something was committed and somebody was killed. */
function typesIn({ results }: Ran): ReadonlySet<string> {
  expect(results.counts.ok).toBeGreaterThanOrEqual(20);
  expect(results.faults.filter(({ proven, healed }) => proven && healed).length).toBeGreaterThanOrEqual(1);
  return new Set(results.checks.find(({ checker }) => checker === 'two-phase-commit')?.anomalies?.map(({ type }) => type));
}

describe.skipIf(able !== '')(`two-phase commit on PostgreSQL on process${able && ` (not run: ${able})`}`, () => {
  it('leaves nothing half done where the coordinator writes its decisions down', () => {
    const ran = run('logged');
    expect([ran.status, ran.results.valid, ran.results.reasons], `seed ${ran.results.seed}`).toEqual([0, true, []]);
    expect(typesIn(ran)).toEqual(new Set());
  });

  it('commits on one server and rolls back on the other where it forgets them', () => {
    const ran = run('forgetful');
    expect([ran.status, ran.results.valid], `seed ${ran.results.seed}`).toEqual([1, false]);
    expect(typesIn(ran)).toContain('disagreement');
  });

  it('leaves transactions in doubt where it does not recover', () => {
    const ran = run('no-recovery');
    expect([ran.status, ran.results.valid], `seed ${ran.results.seed}`).toEqual([1, false]);
    expect(typesIn(ran)).toContain('in-doubt');
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });
});
