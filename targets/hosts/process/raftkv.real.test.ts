/** The embedded store, written for the simulator's `Env`, on real processes: it must not notice the difference. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Capability, Change, Cluster, Control, LinkEnd, NodeId, Ns } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { ms } from '../../../harness/time/units.ts';
import { raftkv } from '../../systems/raftkv/index.ts';
import { processHost } from './host.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-raftkv-'));
afterAll(() => rmSync(folder, { recursive: true }));

const options = raftkv.options.parse({});
const within = (milliseconds: number): AbortSignal => AbortSignal.timeout(milliseconds);

const leaderOf = async (cluster: Cluster, among: readonly NodeId[]): Promise<NodeId> => {
  for (;;) {
    const roles = await raftkv.roles!(cluster, within(20_000), options);
    const leader = among.find((node) => roles.get(node) === 'primary');
    if (leader !== undefined) return leader;
    await cluster.clock.sleep(ms(50));
  }
};
const settle = async (cluster: Cluster): Promise<void> => {
  const signal = within(30_000);
  while (!(await raftkv.settled(cluster, signal, options))) await cluster.clock.sleep(ms(50), signal);
};
/** Writes through that node until one write is acknowledged, and reads it back. */
const writeAndRead = async (cluster: Cluster, through: NodeId, value: number): Promise<void> => {
  const factory = raftkv.clients['register']!(options);
  await factory.setup?.(cluster, within(5_000));
  const node = cluster.nodes.find(({ id }) => id === through)!;
  for (let tries = 0; tries < 20; tries++) {
    const client = await factory.open(node, within(5_000));
    const call = () => ({ deadline: (cluster.clock.now() + ms(2_000)) as Ns, signal: within(2_000), observe: () => {} });
    try {
      const written = await client.invoke({ f: 'write', key: 1, value }, call());
      const read = await client.invoke({ f: 'read', key: 1, value: null }, call());
      if (written.type === 'ok' && read.type === 'ok') {
        expect(read.value).toBe(value);
        return;
      }
    } catch (error) {
      expect(factory.classify(error), String(error)).toBeDefined();
    } finally {
      await client.close();
    }
  }
  throw new Error(`no write through ${through} was acknowledged`);
};
const under = async <P>(control: Control<P>, params: P, during: (change: Change) => Promise<void>): Promise<void> => {
  const change = control.plan(JSON.stringify(params), params);
  await control.apply(change);
  expect(await control.probe(change, 'applied')).toMatchObject({ holds: true, independent: true });
  await during(change);
  await control.undo(change);
  expect(await control.probe(change, 'undone')).toMatchObject({ holds: true });
};

it('raftkv serves, fails over and recovers on processes as it does on the simulator', { timeout: 90_000 }, async () => {
  await using cluster = await processHost.open({
    runId: `raftkv-${process.pid}`,
    nodes: 3,
    instrument: new Set(['net.cut' as Capability]),
    options: processHost.options.parse({}),
    rng: createRng(1),
    folder,
    signal: within(80_000),
  });
  const ids = cluster.nodes.map(({ id }) => id);
  for (const node of cluster.nodes) await node.start(raftkv.program(node, cluster, null, options));
  await raftkv.ready(cluster, within(30_000), options);
  const first = await leaderOf(cluster, ids);
  await writeAndRead(cluster, first, 1);
  const others = ids.filter((id) => id !== first);
  const isolated = others.flatMap((id): (readonly [LinkEnd, LinkEnd])[] => [
    [id, first],
    [first, id],
  ]);
  await under(cluster.control('links')!, { type: 'cut', links: isolated }, async () => {
    const next = await leaderOf(cluster, others);
    expect(next).not.toBe(first);
    await writeAndRead(cluster, next, 2);
  });
  await settle(cluster);
  const second = await leaderOf(cluster, ids);
  for (const type of ['pause', 'kill'] as const) {
    await under(cluster.control('processes')!, { type, nodes: [second] }, async () => {
      await writeAndRead(
        cluster,
        await leaderOf(
          cluster,
          ids.filter((id) => id !== second),
        ),
        type === 'pause' ? 3 : 4,
      );
    });
    await settle(cluster);
  }
  // All of them at once: what was acknowledged is on the disks.
  await under(cluster.control('processes')!, { type: 'kill', nodes: ids }, async () => {});
  await settle(cluster);
  await writeAndRead(cluster, await leaderOf(cluster, ids), 5);
});
