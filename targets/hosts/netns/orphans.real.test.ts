import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Capability, Cluster, NodeId } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import { bootId, identify } from '../../controls/procfs/processes.ts';
import { claimPart } from '../process/loopback-claim.ts';
import { SUBNET_LOCKS } from './address-plan.ts';
import { netns } from './host.ts';
import { namespaceNames, namespacesOf } from './namespaces.ts';

const network = (await netns.probe()).get('net.cut' as Capability);
const clock = createRealClock();
const me = `t${process.pid}`;
const cleanup: (() => unknown)[] = [];
afterEach(() => {
  for (const clean of cleanup.splice(0).reverse()) clean();
});

const addNamespace = (name: string): void => {
  expect(spawnSync('ip', ['netns', 'add', name]).status).toBe(0);
  cleanup.push(() => spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' }));
};
const there = (): readonly string[] => namespaceNames().filter((name) => name.includes(me));
const open = (runId: string, signal = new AbortController().signal): Promise<Cluster & AsyncDisposable> => {
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-orphans-'));
  cleanup.push(() => rmSync(folder, { recursive: true }));
  return netns.open({ runId, nodes: 1, instrument: new Set(), options: netns.options.parse({}), rng: createRng(1), folder, signal });
};
/** The id of a process that has been and is gone. */
const deadOwner = async (runId: string): Promise<void> => {
  const child: ChildProcess = spawn('sleep', ['60']);
  const identity = identify(child.pid!)!;
  child.kill('SIGKILL');
  await once(child, 'exit');
  const path = join(SUBNET_LOCKS, '255.lock');
  mkdirSync(SUBNET_LOCKS, { recursive: true });
  writeFileSync(path, JSON.stringify({ ...identity, bootId: bootId(), runId }));
  cleanup.push(() => rmSync(path, { force: true }));
};

describe.skipIf(!network?.ok)(`namespaces of runs${network?.ok ? '' : ` (not run: ${network?.found})`}`, () => {
  it('go at the next open when their run is dead; those of living runs and of others stay', async () => {
    const [unclaimed, dead, living] = [`${me}gone`, `${me}dead`, `${me}-that-lives`];
    const claim = claimPart({ runId: living, folder: SUBNET_LOCKS, first: 1, last: 254 });
    cleanup.push(claim.release);
    await deadOwner(dead);
    const kept = [...namespacesOf(living, ['n1' as NodeId]), `ordeal-${me}-of-somebody-else`, `${me}-n1`];
    for (const name of [...namespacesOf(unclaimed, ['n1' as NodeId]), ...namespacesOf(dead, ['n1', 'n2'] as NodeId[]), ...kept]) addNamespace(name);
    const mine = `${me}mine`;
    const cluster = await open(mine);
    expect([...there()].sort()).toEqual([...kept, ...namespacesOf(mine, ['n1' as NodeId])].sort());
    await cluster[Symbol.asyncDispose]();
    expect([...there()].sort()).toEqual([...kept].sort());
  });

  it('leave no cable and no claim behind, also of two runs side by side', async () => {
    const clusters = await Promise.all(['a', 'b'].map((name) => open(`${me}${name}`)));
    const cables = (): string[] => Object.keys(networkInterfaces()).filter((name) => name.startsWith(`o${me}`));
    expect(cables()).toHaveLength(2);
    expect(new Set(clusters.map((cluster) => cluster.nodes[0]!.bindAddress(1).host)).size).toBe(2);
    for (const cluster of clusters) await cluster[Symbol.asyncDispose]();
    expect(there()).toEqual([]);
    const end = clock.now() + ms(10_000);
    while (cables().length > 0 && clock.now() < end) await clock.sleep(ms(50));
    expect(cables()).toEqual([]);
  });

  it('are not made for a run that was given up', async () => {
    await expect(open(`${me}x`, AbortSignal.abort(new Error('given up')))).rejects.toThrow('given up');
    expect(there()).toEqual([]);
  });
});
