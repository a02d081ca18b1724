/**
 * Real ZooKeeper, as a pair: a read from the node asked may be an old one, even without a fault; one that follows a `sync` is
 * not, also where servers are killed. (Under pauses and partitions `sync` may be outrun by a leader that does not know yet
 * that it is none: not asserted either way.) A holder of a lock whose session expires while it stalls loses an update where it
 * just writes, and is refused where the write is guarded by its node in the line.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { messageOf } from '../../harness/errors/ordeal-error.ts';
import { netns } from '../../targets/hosts/netns/index.ts';
import { processHost } from '../../targets/hosts/process/index.ts';
import { zookeeper } from '../../targets/systems/zookeeper/index.ts';
import { missing, NOTHING_LEFT, type Ran, RealRuns } from './real-system.test-support.ts';

const runs = new RealRuns('zookeeper');
afterAll(() => runs[Symbol.dispose]());

const provisioned = await zookeeper.provision(zookeeper.options.parse({}), new AbortController().signal).then(
  () => '',
  (error: unknown) => messageOf(error),
);
const processes = provisioned || (await missing(processHost));
const spaces = provisioned || (await missing(netns));
const why = (reason: string): string => reason && ` (not run: ${reason})`;

describe.skipIf(processes !== '')(`ZooKeeper on process${why(processes)}`, () => {
  it('is convicted of stale reads where the node asked answers them', () => {
    const { status, results } = runs.run('process', '--reads', 'local', '--keys', '1', '--cas-share', '0', '--rate', '1000', '--time-limit', '6');
    expect([status, results.valid], `seed ${results.seed}`).toEqual([1, false]);
    expect(results.sentence).toMatch(/^read of .*( was acknowledged at | was there, and nothing wrote | has no place in any order )/);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('loses an update between two holders of a lock, the session of one of whom has expired; none where the write is fenced by the holder’s node', async () => {
    const lock = (...options: string[]): Promise<Ran> =>
      runs.runBeside('process', '--workload', 'lock', '--stall-share', '0.4', ...options, '--time-limit', '8');
    const [plain, fenced] = await Promise.all([lock(), lock('--fencing')]);
    expect([plain.status, plain.results.valid], `seed ${plain.results.seed}`).toEqual([1, false]);
    const found = plain.results.checks.find(({ checker }) => checker === 'lock');
    expect(found?.anomalies?.map(({ type }) => type)).toContain('lost-update');
    expect(plain.results.sentence).toMatch(
      /^the resource \d accepted two updates that are based on (\d+|null): of process \d+ on n\d .* and of process \d+ on n\d .*; one of them is lost$/,
    );
    const { status, results } = fenced;
    expect([status, results.valid, results.reasons], `seed ${results.seed}`).toEqual([0, true, []]);
    const { stats } = results.checks.find(({ checker }) => checker === 'lock') as { stats?: unknown };
    expect((stats as { refused: number }).refused).toBeGreaterThan(0);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });
});

describe.skipIf(spaces !== '')(`ZooKeeper on netns${why(spaces)}`, () => {
  it('is linearizable where a sync precedes each read, also when servers are killed', () => {
    const { status, results } = runs.run('netns', '--faults', 'kill', '--time-limit', '12');
    expect([status, results.valid, results.reasons], `seed ${results.seed}`).toEqual([0, true, []]);
    expect(results.counts.ok).toBeGreaterThanOrEqual(100);
    expect(results.faults.every(({ proven, healed }) => proven && healed)).toBe(true);
    expect(results.faults.length).toBeGreaterThanOrEqual(1);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('elects one leader in each term, also when servers are cut off and killed', () => {
    const { status, results } = runs.run('netns', '--workload', 'leader-election', '--faults', 'partition,kill', '--time-limit', '15');
    expect([status, results.valid, results.reasons], `seed ${results.seed}`).toEqual([0, true, []]);
    expect(results.counts.ok).toBeGreaterThanOrEqual(50);
    expect(results.faults.every(({ proven, healed }) => proven && healed)).toBe(true);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });
});
