/**
 * Real MariaDB with Galera, clients on all three nodes, as pairs: what a level promises between nodes, and what reads wait
 * for. And a partition: the nodes without a majority refuse, and nothing that was acknowledged is lost.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { messageOf } from '../../harness/errors/ordeal-error.ts';
import { netns } from '../../targets/hosts/netns/index.ts';
import { galera } from '../../targets/systems/galera/index.ts';
import { missing, NOTHING_LEFT, type Ran, RealRuns } from './real-system.test-support.ts';

const runs = new RealRuns('galera');
afterAll(() => runs[Symbol.dispose]());

const provisioned = await galera.provision(galera.options.parse({}), new AbortController().signal).then(
  () => '',
  (error: unknown) => messageOf(error),
);
const able = (await missing(netns)) || provisioned;

const READY = ['--ready-timeout', '60'];
const CONTENDED = [...READY, '--keys', '2', '--min-ops', '2', '--rate', '1000', '--concurrency', '20', '--time-limit', '4'];
/** A read of the set is of all that was acknowledged just now, on whichever node. */
const SET = [...READY, '--workload', 'set', '--read-share', '0.5', '--rate', '1000', '--concurrency', '20', '--time-limit', '3'];

function expectClean({ status, results }: Ran): void {
  expect([status, results.valid, results.sentence, results.reasons]).toEqual([0, true, 'Every check passed.', []]);
  expect(results.counts.ok).toBeGreaterThanOrEqual(50);
}

const typesOf = ({ results }: Ran): readonly string[] => results.checks.flatMap(({ anomalies = [] }) => anomalies.map(({ type }) => type));

describe.skipIf(able !== '')(`Galera on netns${able && ` (not run: ${able})`}`, () => {
  it('loses updates at REPEATABLE READ, with no fault', () => {
    const ran = runs.run('netns', '--isolation', 'repeatable-read', ...CONTENDED);
    expect(ran.status).toBe(1);
    expect(typesOf(ran)).toContain('lost-update');
  });

  it('keeps snapshot isolation at SERIALIZABLE', () => {
    expectClean(runs.run('netns', '--isolation', 'serializable', ...CONTENDED));
  });

  it('shows old values on other nodes where reads wait for nothing', () => {
    const ran = runs.run('netns', '--sync-wait', '0', ...SET);
    expect(ran.status).toBe(1);
    expect(typesOf(ran)).toContain('stale-read');
    expect(typesOf(ran)).not.toContain('lost');
  });

  it('shows on every node what was acknowledged, where reads wait', () => {
    expectClean(runs.run('netns', '--sync-wait', '1', ...SET));
  });

  it('loses nothing that was acknowledged under a partition', () => {
    const ran = runs.run('netns', '--workload', 'set', '--faults', 'partition', ...READY, '--time-limit', '11');
    expectClean(ran);
    expect(ran.results.faults.map(({ family, proven, healed }) => [family, proven, healed])).toContainEqual(['partition', true, true]);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });
});
