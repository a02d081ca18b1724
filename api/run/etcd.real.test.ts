/** Real etcd under faults: the clean configuration passes, the one that reads from the member asked is convicted of a stale read. */
import { afterAll, describe, expect, it } from 'vitest';
import { netns } from '../../targets/hosts/netns/index.ts';
import { processHost } from '../../targets/hosts/process/index.ts';
import { missing, NOTHING_LEFT, RealRuns } from './real-system.test-support.ts';

const runs = new RealRuns('etcd');
afterAll(() => runs[Symbol.dispose]());

const HOSTS = [
  { host: 'netns', able: await missing(netns) },
  { host: 'process', able: await missing(processHost) },
];

for (const { host, able } of HOSTS) {
  describe.skipIf(able !== '')(`etcd on ${host}${able && ` (not run: ${able})`}`, () => {
    it('survives partitions, kills, pauses and clock jumps', () => {
      const { status, results } = runs.run(host, '--nodes', '3', '--faults', 'partition,kill,pause,clock', '--time-limit', '30', '--seed', '7');
      expect([status, results.valid, results.sentence]).toEqual([0, true, 'Every check passed.']);
      expect(results.counts.ok).toBeGreaterThanOrEqual(1_000);
      const families = new Set(results.faults.filter((fault) => fault.proven && fault.healed).map((fault) => fault.family));
      expect([...families].sort()).toEqual(['clock', 'kill', 'partition', 'pause']);
      expect(runs.leftovers()).toEqual(NOTHING_LEFT);
    });

    it('is convicted of stale reads where reads are serializable', () => {
      const { status, results } = runs.run(host, '--reads', 'serializable', '--faults', 'partition', '--time-limit', '30', '--seed', '3');
      expect([status, results.valid]).toEqual([1, false]);
      const linearizable = results.checks.find((check) => check.checker === 'linearizable');
      // which of the many stale reads are told, and whether what they missed was ever seen, differs from run to run
      for (const { type } of linearizable?.anomalies ?? []) expect(['stale-read', 'lost-write', 'nonlinearizable']).toContain(type);
      expect(results.sentence).toMatch(/^read of .*( was acknowledged at | was there, and nothing wrote | has no place in any order )/);
      expect(runs.leftovers()).toEqual(NOTHING_LEFT);
    });
  });
}

describe.skipIf(HOSTS[0]?.able !== '')('etcd with five nodes on netns', () => {
  it('survives partitions and kills', () => {
    const { status, results } = runs.run('netns', '--nodes', '5', '--faults', 'partition,kill', '--time-limit', '25', '--seed', '5');
    expect([status, results.valid, results.reasons]).toEqual([0, true, []]);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });
});
