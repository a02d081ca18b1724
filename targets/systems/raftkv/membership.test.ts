/** raftkv's members change on the simulator, by the control of members: what the cluster says afterwards, and what it must not do. */
import { describe, expect, it } from 'vitest';
import type { Control, MemberParams, NodeId, Ns, Value } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { createMembershipControl } from '../../controls/membership/membership-control.ts';
import { createSimulator, type Simulator } from '../../hosts/sim/index.ts';
import { raftkv } from './index.ts';

const { signal } = new AbortController();
const options = raftkv.options.parse({});
const to = (type: MemberParams['type'], ...nodes: string[]): MemberParams => ({ type, nodes: nodes as NodeId[], leaving: 'quorum' });

interface World {
  readonly cluster: Simulator;
  readonly control: Control<MemberParams>;
  /** Writes or reads x through a client that is pinned to the node of that number. */
  ask(f: 'write' | 'read', value: Value, client?: number): Promise<unknown>;
  primary(): Promise<NodeId>;
}

async function on(nodes: number, story: (world: World) => Promise<void>): Promise<void> {
  await using cluster = createSimulator({ nodes, seed: 3, options: { freezeMessages: true } });
  await cluster.run(
    (async () => {
      await Promise.all(cluster.nodes.map((node) => node.start(raftkv.program(node, cluster, null, options))));
      await raftkv.ready(cluster, signal, options);
      const factory = raftkv.clients['register']!(options);
      await factory.setup!(cluster, signal);
      const clients = await Promise.all(cluster.nodes.map((node) => factory.open(node, signal)));
      await story({
        cluster,
        control: createMembershipControl(cluster, raftkv.membership!, raftkv.membership!.verbs(cluster, null, options)),
        ask: (f, value, client = 0) => {
          const deadline = (cluster.clock.now() + ms(3_000)) as Ns;
          return clients[client]!.invoke({ f, key: 'x', value }, { deadline, signal, observe: () => undefined });
        },
        primary: async () => [...(await raftkv.roles!(cluster, signal, options))].find(([, role]) => role === 'primary')![0],
      });
      await Promise.all(clients.map((client) => client.close()));
    })(),
  );
}

describe('members of raftkv', () => {
  it('leave, even the one that leads, and come back as other members that know nothing', async () => {
    await on(3, async ({ cluster, control, ask, primary }) => {
      await ask('write', 1);
      const leader = await primary();
      const change = control.plan('leave/0', to('leave', leader));
      expect((await control.probe(change, 'applied')).holds).toBe(false);
      await control.apply(change);
      expect(await control.probe(change, 'applied')).toMatchObject({ holds: true, independent: true });
      expect(await primary()).not.toBe(leader);
      expect(
        await ask(
          'write',
          2,
          cluster.nodes.findIndex(({ id }) => id === leader),
        ),
      ).toMatchObject({ type: 'ok' });
      expect((await control.probe(change, 'undone')).measured).toContain(`${leader} is not voter yet`);
      await control.undo(change);
      await control.undo(change);
      const undone = await control.probe(change, 'undone');
      expect(undone.measured).toContain(`${leader} (${leader}.2)`);
      expect(undone.holds).toBe(true);
      expect(await raftkv.settled(cluster, signal, options)).toBe(true);
      expect(await ask('read', null)).toMatchObject({ type: 'ok', value: 2 });
      expect(cluster.nodes.find(({ id }) => id === leader)!.disk.image.list()).toEqual(['raft-2.log']);
    });
  });

  it.each(['join', 'replace', 'learn'] as const)('%s: others take their places one after the other', async (type) => {
    await on(3, async ({ cluster, control, ask }) => {
      for (const [i, node] of ['n1', 'n2', 'n3'].entries()) {
        const change = control.plan(`c/${i}`, to(type, node));
        expect((await control.probe(change, 'applied')).holds).toBe(false);
        await control.apply(change);
        const applied = await control.probe(change, 'applied');
        expect(applied.measured).toContain(`${node} (${node}.2)${type === 'learn' ? ', a learner' : ''}`);
        expect(applied.holds).toBe(true);
        expect(await ask('write', i)).toMatchObject({ type: 'ok' });
        await control.undo(change);
        expect((await control.probe(change, 'undone')).holds).toBe(true);
      }
      while (!(await raftkv.settled(cluster, signal, options))) await cluster.clock.sleep(ms(50));
      // everybody who knew of the writes is gone
      expect(await ask('read', null)).toMatchObject({ type: 'ok', value: 2 });
    });
  });

  it('do not leave where fewer than a majority of the others answer', async () => {
    await on(3, async ({ cluster, control }) => {
      cluster.nodes[2]!.kill();
      await expect(control.apply(control.plan('leave/0', to('leave', 'n2')))).rejects.toThrow('it would leave 1 of 2 members that answer');
      const change = control.plan('leave/1', to('leave', 'n3'));
      await control.apply(change);
      expect((await control.probe(change, 'applied')).holds).toBe(true);
      await control.undo(change);
      expect((await control.probe(change, 'undone')).holds).toBe(true);
    });
  });

  it('are all there again after a change whose leader was cut off, and which nobody answered', async () => {
    await on(3, async ({ cluster, control, ask, primary }) => {
      const leader = await primary();
      const others = cluster.nodes.map(({ id }) => id).filter((id) => id !== leader);
      await control.probe(control.plan('none/0', to('leave', leader)), 'applied');
      for (const other of others) {
        cluster.network.setCut(leader, other, true);
        cluster.network.setCut(other, leader, true);
      }
      const change = control.plan('leave/0', { ...to('leave', ...others), leaving: 'anything' });
      await expect(control.apply(change)).rejects.toThrow('waited in vain for');
      for (const other of others) {
        cluster.network.setCut(leader, other, false);
        cluster.network.setCut(other, leader, false);
      }
      await control.undo(change);
      expect((await control.probe(change, 'undone')).holds).toBe(true);
      expect(await ask('write', 1)).toMatchObject({ type: 'ok' });
    });
  });
});
