/**
 * Real Redis, as pairs: when the append-only file is synced decides what a loss of power takes; whom Sentinel or a cluster
 * loses sight of, whether acknowledged writes are lost; who is read, whether reads are stale; whether a lock is asked when it is written behind
 * it, what its clock may do. Half of the runs on each kind of host.
 */
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Capability } from '../../harness/contracts/index.ts';
import { netns } from '../../targets/hosts/netns/index.ts';
import { processHost } from '../../targets/hosts/process/index.ts';
import { missing, NOTHING_LEFT, type Ran, RealRuns } from './real-system.test-support.ts';

const runs = new RealRuns('redis');
const CONFIG = join(import.meta.dirname, 'fixtures/redis.config.ts');
const cuts = new RealRuns(CONFIG);
const besides: RealRuns[] = [];
afterAll(() => {
  runs[Symbol.dispose]();
  cuts[Symbol.dispose]();
  for (const beside of besides) beside[Symbol.dispose]();
});

const spaces = await missing(netns);
const processes = await missing(processHost);
const probed = await processHost.probe();
const without = (capability: string): string => {
  const found = probed.get(capability as Capability);
  return found?.ok ? processes : (found?.found ?? `no ${capability}`);
};
const noDisk = without('disk.lose-unsynced');
const noClock = without('clock.strobe');
const why = (reason: string): string => reason && ` (not run: ${reason})`;

const POWER = ['--workload', 'set', '--faults', 'power', '--time-limit', '7'];

const cut = (system: 'alone' | 'sentinel' | 'replica' | 'primary', host: string, test: string): Ran => {
  process.env['ORDEAL_TEST_SYSTEM'] = system;
  return cuts.run(host, '--test', test);
};

/** A run of a cluster beside another one, whose leavings are looked for apart. */
async function clustered(of: string, host: string, ...options: string[]): Promise<Ran> {
  process.env['ORDEAL_TEST_SYSTEM'] = 'cluster';
  const own = new RealRuns(of);
  besides.push(own);
  const ran = await own.runBeside(host, ...options);
  expect(own.leftovers()).toEqual(NOTHING_LEFT);
  return ran;
}

const typesOf = ({ results }: Ran): readonly string[] => [...new Set(results.checks.flatMap(({ anomalies = [] }) => anomalies.map(({ type }) => type)))];

function expectFaults({ results }: Ran, family: string): void {
  expect(results.faults.map((fault) => [fault.family, fault.proven, fault.healed])).toEqual(results.faults.map(() => [family, true, true]));
  expect(results.faults.length).toBeGreaterThanOrEqual(1);
}

function expectLoss(ran: Ran, family: string): void {
  expectFaults(ran, family);
  expect([ran.status, typesOf(ran)]).toEqual([1, ['lost']]);
}

function expectClean({ status, results }: Ran): void {
  expect([status, results.valid, results.sentence, results.reasons]).toEqual([0, true, 'Every check passed.', []]);
}

describe.skipIf(noDisk !== '')(`Redis without power${why(noDisk)}`, () => {
  it('keeps what it acknowledged where it is synced before', () => {
    const ran = runs.run('process', '--append-fsync', 'always', ...POWER);
    expectFaults(ran, 'power');
    expectClean(ran);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('loses what it acknowledged where the kernel is left to sync', () => {
    expectLoss(runs.run('process', '--append-fsync', 'no', ...POWER), 'power');
  });
});

describe.skipIf(spaces !== '')(`Redis with Sentinel on netns${why(spaces)}`, () => {
  it('loses what a primary acknowledged that is cut off', () => {
    const ran = cut('sentinel', 'netns', 'without-primary');
    expectLoss(ran, 'partition');
    expect(ran.results.sentence).toMatch(
      /^element \d+ is lost: process \d+ on n1 was told at [\d.]+ s that it had been added, and the final read does not contain it \(n[23]\)/,
    );
    expect(cuts.leftovers()).toEqual(NOTHING_LEFT);
  });
});

describe.skipIf(processes !== '')(`Redis with Sentinel on process${why(processes)}`, () => {
  it('loses nothing where a replica is cut off', () => {
    const ran = cut('sentinel', 'process', 'without-replica');
    expectFaults(ran, 'partition');
    expectClean(ran);
    expect(cuts.leftovers()).toEqual(NOTHING_LEFT);
  });
});

describe('Redis Cluster', () => {
  it.skipIf(spaces !== '').concurrent(`loses on netns what the owner of a key acknowledged that is cut off${why(spaces)}`, async () => {
    const ran = await clustered(CONFIG, 'netns', '--test', 'without-owner');
    expectLoss(ran, 'partition');
    expect(ran.results.sentence).toMatch(
      /^element \d+ is lost: process \d+ on n3 was told at [\d.]+ s that it had been added, and the final read does not contain it \(n6\)/,
    );
  });

  it.skipIf(processes !== '').concurrent(`is linearizable without a fault, wherever a key is${why(processes)}`, async () => {
    const ran = await clustered('redis-cluster', 'process', '--workload', 'register', '--time-limit', '5');
    expect(ran.results.counts.ok).toBeGreaterThanOrEqual(200);
    expectClean(ran);
  });

  it.skipIf(processes !== '')(`loses nothing where the replica of a key’s owner is cut off${why(processes)}`, async () => {
    const ran = await clustered(CONFIG, 'process', '--test', 'without-its-replica');
    expectFaults(ran, 'partition');
    expectClean(ran);
  });
});

describe.skipIf(processes !== '')(`reads of Redis${why(processes)}`, () => {
  it('are stale on a replica that the primary does not reach', () => {
    const ran = cut('replica', 'process', 'reads');
    expectFaults(ran, 'partition');
    expect([ran.status, ran.results.valid]).toEqual([1, false]);
    expect(ran.results.sentence).toMatch(/^read of .*( was acknowledged at | was there, and nothing wrote | has no place in any order )/);
  });

  it('are not on the primary', () => {
    const ran = cut('primary', 'process', 'reads');
    expectFaults(ran, 'partition');
    expectClean(ran);
  });
});

describe.skipIf(noClock !== '')(`Redis as a lock whose clock swings${why(noClock)}`, () => {
  it('loses updates though no holder outlives its lease', () => {
    const ran = cut('alone', 'process', 'lock');
    expectFaults(ran, 'clock');
    expect([ran.status, ran.results.valid]).toEqual([1, false]);
    expect(typesOf(ran)).toContain('lost-update');
  });

  it('loses none where a write asks whether the lock is held', () => {
    const ran = cut('alone', 'process', 'fenced-lock');
    expectFaults(ran, 'clock');
    expectClean(ran);
    const { stats } = ran.results.checks.find(({ checker }) => checker === 'lock') as { stats?: unknown };
    expect((stats as { refused: number }).refused).toBeGreaterThan(0);
    expect(cuts.leftovers()).toEqual(NOTHING_LEFT);
  });
});
