/**
 * Locks, semaphores, elections and watches of real etcd, in pairs. A holder that outlives its lease loses an update where it just writes, and is
 * refused where the write is guarded by the lock's key; a watch that goes on at whatever comes next has gaps, one that goes
 * on behind what it has seen has none.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { processHost } from '../../targets/hosts/process/index.ts';
import { missing, NOTHING_LEFT, RealRuns } from './real-system.test-support.ts';

const runs = new RealRuns('etcd');
afterAll(() => runs[Symbol.dispose]());

const able = await missing(processHost);

/** A fresh seed each time: the pair has to hold for all of them. */
const run = (seconds: number, ...options: string[]) => runs.run('process', ...options, '--time-limit', String(seconds));

describe.skipIf(able !== '')(`etcd on process${able && ` (not run: ${able})`}`, () => {
  it('loses an update between two holders of a lock, one of whom has stalled', () => {
    const { status, results } = run(6, '--workload', 'lock');
    expect([status, results.valid], `seed ${results.seed}`).toEqual([1, false]);
    const lock = results.checks.find(({ checker }) => checker === 'lock');
    expect(lock?.anomalies?.map(({ type }) => type)).toContain('lost-update');
    expect(results.sentence).toMatch(
      /^the resource \d accepted two updates that are based on (\d+|null): of process \d+ on n\d at [\d.]+ s \(who had the lock since [\d.]+ s\) and of process \d+ on n\d at [\d.]+ s \(who had the lock since [\d.]+ s\); one of them is lost$/,
    );
  });

  it('loses none where the write is fenced by the lock’s key, although there are as many late ones', () => {
    const { status, results } = run(6, '--workload', 'lock', '--fencing');
    expect([status, results.valid, results.reasons], `seed ${results.seed}`).toEqual([0, true, []]);
    const { stats } = results.checks.find(({ checker }) => checker === 'lock') as { stats?: unknown };
    expect(stats).toMatchObject({ askedAfterLease: expect.any(Number), refused: expect.any(Number) });
    expect((stats as { refused: number }).refused).toBeGreaterThan(0);
  });

  it('hands out no permit of a semaphore twice', () => {
    const { status, results } = run(2, '--workload', 'semaphore');
    expect([status, results.valid, results.reasons], `seed ${results.seed}`).toEqual([0, true, []]);
  });

  it('hands out permits twice where they are counted without asking who else has counted', () => {
    const { status, results } = run(3, '--workload', 'semaphore', '--semaphore-writes', 'plain');
    expect([status, results.valid], `seed ${results.seed}`).toEqual([1, false]);
    expect(results.checks.find(({ checker }) => checker === 'linearizable')?.anomalies?.length).toBeGreaterThan(0);
  });

  it('elects one leader in each term', () => {
    const { status, results } = run(2, '--workload', 'leader-election');
    expect([status, results.valid, results.reasons], `seed ${results.seed}`).toEqual([0, true, []]);
  });

  it('brings every change to watchers whose node was killed', () => {
    const { status, results } = run(8, '--workload', 'watch', '--faults', 'restart');
    expect([status, results.valid, results.reasons], `seed ${results.seed}`).toEqual([0, true, []]);
  });

  it('is convicted of gaps where a watch goes on at whatever comes next', () => {
    const { status, results } = run(8, '--workload', 'watch', '--watch-resume', 'now', '--faults', 'restart');
    expect([status, results.valid], `seed ${results.seed}`).toEqual([1, false]);
    const types = results.checks.find(({ checker }) => checker === 'watch')?.anomalies?.map(({ type }) => type);
    expect(new Set(types)).toEqual(new Set(['gap']));
    expect(results.sentence).toMatch(
      /^the stream of process \d+ on n\d at [\d.]+ s.* has gone past the change of "\d" to \d+ at revision \d+, .* and never brought it$/,
    );
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });
});
