/**
 * Real PostgreSQL with two standbys, as pairs: what a commit waits for, and who is promoted how, decide whether acknowledged
 * writes are lost and whether standbys show what is acknowledged. Half of the runs on each kind of host.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { netns } from '../../targets/hosts/netns/index.ts';
import { processHost } from '../../targets/hosts/process/index.ts';
import { missing, NOTHING_LEFT, type Ran, RealRuns } from './real-system.test-support.ts';

const runs = new RealRuns('postgres');
afterAll(() => runs[Symbol.dispose]());

const HOSTS = [
  { host: 'netns', able: await missing(netns) },
  { host: 'process', able: await missing(processHost) },
] as const;

const THREE = ['--nodes', '3', '--ready-timeout', '60'];
/** A client that waits for standbys out of reach gives up early in the window: there is time to find the new primary, and to be acknowledged. */
const IMPATIENT = ['--deadline-ms', '500', '--time-limit', '9'];
const SPLIT = [...THREE, '--faults', 'forced-promotion', ...IMPATIENT];
const FENCED = [...THREE, '--faults', 'failover', ...IMPATIENT];
/** Only final reads convict: in a split brain the old primary answers old reads, whatever commits wait for. */
const SET = ['--workload', 'set', '--consistency', 'eventual'];
/** On one register somebody reads soon after every acknowledgement. */
const STANDBY = [...THREE, '--workload', 'register', '--reads', 'standby', '--keys', '1', '--cas-share', '0', '--rate', '1000', '--time-limit', '5'];

const typesOf = ({ results }: Ran): readonly string[] => [...new Set(results.checks.flatMap(({ anomalies = [] }) => anomalies.map(({ type }) => type)))];

/** The promotion was seen to happen, and all follow one primary afterwards. */
function expectPromotion({ results }: Ran): void {
  expect(results.faults.map(({ family, proven, healed }) => [family, proven, healed])).toEqual(results.faults.map(() => ['promotion', true, true]));
  expect(results.faults.length).toBeGreaterThanOrEqual(1);
  expect(results.reasons).toEqual([]);
}

function expectLoss(ran: Ran): void {
  expectPromotion(ran);
  expect([ran.status, typesOf(ran)]).toEqual([1, ['lost']]);
}

function expectClean({ status, results }: Ran): void {
  expect([status, results.valid, results.sentence, results.reasons]).toEqual([0, true, 'Every check passed.', []]);
  expect(results.counts.ok).toBeGreaterThanOrEqual(20);
}

describe.skipIf(HOSTS[0].able !== '')(`PostgreSQL with standbys on netns${HOSTS[0].able && ` (not run: ${HOSTS[0].able})`}`, () => {
  it('loses what was acknowledged where commits wait for no standby and one is promoted', () => {
    expectLoss(runs.run('netns', '--replication', 'async', ...SPLIT, ...SET));
  });

  it('loses nothing where commits wait for all standbys', () => {
    const ran = runs.run('netns', '--replication', 'sync', ...SPLIT, ...SET);
    expectPromotion(ran);
    expectClean(ran);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('shows old values on a standby that commits do not wait for', () => {
    const { status, results } = runs.run('netns', '--replication', 'async', ...STANDBY);
    expect([status, results.valid]).toEqual([1, false]);
    expect(results.sentence).toMatch(/^read of .*( was acknowledged at | was there, and nothing wrote | has no place in any order )/);
  });
});

describe.skipIf(HOSTS[1].able !== '')(`PostgreSQL with standbys on process${HOSTS[1].able && ` (not run: ${HOSTS[1].able})`}`, () => {
  it('loses what was acknowledged where commits wait for any one standby and another is promoted', () => {
    expectLoss(runs.run('process', '--replication', 'any-1', ...SPLIT, ...SET));
  });

  it('loses nothing where the primary is fenced and the standby promoted that has received most', () => {
    const ran = runs.run('process', '--replication', 'any-1', ...FENCED, ...SET);
    expectPromotion(ran);
    expectClean(ran);
    expect(JSON.stringify(ran.results.faults)).toMatch(/received: n2 [0-9A-F]+\/[0-9A-F]+, n3 [0-9A-F]+\/[0-9A-F]+; n[23] was promoted/);
    expect(runs.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('shows on a standby what was acknowledged, where commits wait until it does', () => {
    expectClean(runs.run('process', '--replication', 'remote-apply', ...STANDBY));
  });
});
