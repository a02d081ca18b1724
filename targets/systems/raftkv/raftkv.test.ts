import { describe, expect, it } from 'vitest';
import type { Client, Invocation, Ns, Outcome, Value } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { createSimulator, createTrace, type Simulator, type Trace } from '../../hosts/sim/index.ts';
import { type RaftkvOptions, raftkv, raftkvOptions, raftkvProgram } from './index.ts';

interface World {
  readonly cluster: Simulator;
  readonly options: RaftkvOptions;
  readonly clients: readonly Client[];
  ask(client: number, f: string, value: Value): Promise<Outcome>;
  leader(): Promise<Simulator['nodes'][number]>;
  settled(): Promise<void>;
}

const { signal } = new AbortController();

/** Starts raftkv on the simulator, with one client pinned to each node, and runs the story. */
async function on(nodes: number, story: (world: World) => Promise<void>, given: { workload?: string; options?: object; trace?: Trace; seed?: number } = {}) {
  const options = raftkvOptions.parse(given.options ?? {});
  const { seed = 7, trace, workload = 'register' } = given;
  await using cluster = createSimulator({ nodes, seed, options: { freezeMessages: true, tornWrites: true }, ...(trace && { trace }) });
  await cluster.run(
    (async () => {
      await Promise.all(cluster.nodes.map((node) => node.startProgram(raftkvProgram, options as unknown as Value)));
      await raftkv.ready(cluster, signal, options);
      const factory = raftkv.clients[workload]!(options);
      await factory.setup!(cluster, signal);
      const clients = await Promise.all(cluster.nodes.map((node) => factory.open(node, signal)));
      const key = workload === 'unique-ids' ? {} : { key: 'x' };
      await story({
        cluster,
        options,
        clients,
        ask: (client, f, value) => {
          const op: Invocation = { f, ...key, value };
          return clients[client]!.invoke(op, { deadline: (cluster.clock.now() + ms(3_000)) as Ns, signal, observe: () => undefined });
        },
        leader: async () => {
          const roles = await raftkv.roles!(cluster, signal, options);
          return cluster.nodes.find((node) => roles.get(node.id) === 'primary')!;
        },
        settled: async () => {
          while (!(await raftkv.settled(cluster, signal, options))) await cluster.clock.sleep(ms(50));
        },
      });
      await Promise.all(clients.map((client) => client.close()));
    })(),
  );
}

describe('raftkv on the simulator', () => {
  it.each([1, 3, 5])('serves every client of %i nodes the same register', async (nodes) => {
    await on(nodes, async ({ ask }) => {
      for (let client = 0; client < nodes; client++) {
        expect(await ask(client, 'write', client)).toEqual({ type: 'ok', value: client });
        expect(await ask((client + 1) % nodes, 'read', null)).toEqual({ type: 'ok', value: client });
      }
      expect(await ask(0, 'cas', [nodes - 1, 100])).toEqual({ type: 'ok', value: [nodes - 1, 100] });
      expect(await ask(0, 'cas', [nodes - 1, 101])).toEqual({ type: 'ok', value: [nodes - 1, 101], applied: false });
    });
  });

  it.each(['log', 'read-index'])('reads through the %s', async (reads) => {
    const story = async ({ ask }: World): Promise<void> => {
      await ask(0, 'write', 5);
      expect(await ask(2, 'read', null)).toEqual({ type: 'ok', value: 5 });
    };
    await on(3, story, { options: { reads } });
  });

  it('goes on without its leader, and takes it back', async () => {
    await on(3, async ({ ask, leader, settled }) => {
      await ask(0, 'write', 1);
      const old = await leader();
      old.kill();
      expect(await ask(1, 'cas', [1, 2])).toEqual({ type: 'ok', value: [1, 2] });
      expect((await leader()).id).not.toBe(old.id);
      await old.restart();
      await settled();
    });
  });

  it.each([
    { bug: undefined, kept: true },
    { bug: 'unsynced-log-tail', kept: false },
  ])('keeps what it acknowledged when all nodes lose power (bug: $bug)', async ({ bug, kept }) => {
    const story = async ({ cluster, ask, settled }: World): Promise<void> => {
      for (let value = 1; value <= 20; value++) await ask(value % 3, 'write', value);
      for (const node of cluster.nodes) node.losePower();
      await Promise.all(cluster.nodes.map((node) => node.restart()));
      await settled();
      const outcome = await ask(0, 'read', null);
      expect(outcome.type === 'ok' && outcome.value === 20).toBe(kept);
    };
    await on(3, story, { options: bug ? { bug } : {} });
  });

  it.each([
    { bug: undefined, once: true },
    { bug: 'no-session-dedup', once: false },
  ])('applies a command once whose answer was lost (bug: $bug)', async ({ bug, once }) => {
    const story = async ({ cluster, ask, leader }: World): Promise<void> => {
      expect((await ask(0, 'read', null)).type).toBe('ok');
      const at = await leader();
      const client = cluster.nodes.indexOf(at);
      await ask(client, 'increment', 'warm-up');
      cluster.network.setCut(at.id, 'clients', true);
      cluster.clock.at((cluster.clock.now() + ms(300)) as Ns, () => cluster.network.setCut(at.id, 'clients', false));
      expect(await ask(client, 'increment', 'a')).toEqual({ type: 'ok', value: 'a' });
      const outcome = await ask(client, 'read', null);
      const tags = outcome.type === 'ok' ? (outcome.value as string[]).filter((tag) => tag === 'a') : [];
      expect(tags.length).toBeGreaterThan(0);
      expect(tags.length === 1).toBe(once);
    };
    await on(3, story, { workload: 'counter', options: bug ? { bug } : {} });
  });

  it.each([
    { bug: undefined, reads: 2 },
    { bug: 'stale-leader-read', reads: 1 },
  ])('reads what was written last from a leader that was cut off (bug: $bug)', async ({ bug, reads }) => {
    const story = async ({ cluster, ask, leader }: World): Promise<void> => {
      await ask(0, 'write', 1);
      const old = await leader();
      const others = cluster.nodes.filter((node) => node !== old);
      for (const other of others) {
        cluster.network.setCut(old.id, other.id, true);
        cluster.network.setCut(other.id, old.id, true);
      }
      expect((await ask(cluster.nodes.indexOf(others[0]!), 'write', 2)).type).toBe('ok');
      expect(await ask(cluster.nodes.indexOf(old), 'read', null)).toEqual({ type: 'ok', value: reads });
    };
    await on(3, story, { options: bug ? { bug } : {} });
  });

  it.each([
    { bug: undefined, reads: 2 },
    { bug: 'follower-read', reads: 1 },
  ])('reads what was written last at a follower that hears nothing (bug: $bug)', async ({ bug, reads }) => {
    const story = async ({ cluster, ask, leader, settled }: World): Promise<void> => {
      await ask(0, 'write', 1);
      await settled();
      const first = await leader();
      const follower = cluster.nodes.find((node) => node !== first)!;
      for (const other of cluster.nodes) if (other !== follower) cluster.network.setCut(other.id, follower.id, true);
      expect((await ask(cluster.nodes.indexOf(first), 'write', 2)).type).toBe('ok');
      expect(await ask(cluster.nodes.indexOf(follower), 'read', null)).toEqual({ type: 'ok', value: reads });
      expect(await leader()).toBe(first);
    };
    await on(3, story, { options: bug ? { bug } : {} });
  });

  it('serves sets and unique ids', async () => {
    const sets = async ({ ask }: World): Promise<void> => {
      await Promise.all([1, 2, 3].map((element, client) => ask(client, 'add', element)));
      const outcome = await ask(1, 'read', null);
      expect(outcome.type === 'ok' && [...(outcome.value as number[])].sort()).toEqual([1, 2, 3]);
    };
    await on(3, sets, { workload: 'set' });
    const ids = async ({ ask }: World): Promise<void> => {
      const outcomes = await Promise.all([0, 1, 2, 0, 1, 2].map((client) => ask(client % 3, 'generate', null)));
      expect(new Set(outcomes.map((outcome) => outcome.type === 'ok' && outcome.value)).size).toBe(6);
    };
    await on(3, ids, { workload: 'unique-ids' });
  });

  it('dies when its disk fails, rather than promise what it cannot keep', async () => {
    await on(3, async ({ cluster, ask, leader }) => {
      const old = await leader();
      old.disk.condition = { full: true, delayNs: 0 };
      expect((await ask(0, 'write', 1)).type).toBe('ok');
      await cluster.clock.sleep(ms(100));
      expect(old.state()).toBe('crashed');
    });
  });

  it('does the same for the same seed', async () => {
    const run = async (seed: number) => {
      const trace = createTrace();
      const story = async ({ cluster, ask, leader }: World): Promise<void> => {
        await Promise.all([1, 2, 3].map((value, client) => ask(client, 'write', value)));
        const old = await leader();
        old.losePower();
        await ask(0, 'write', 4);
        await old.restart();
        await cluster.clock.sleep(ms(500));
      };
      await on(3, story, { trace, seed });
      return trace.hash();
    };
    expect(await run(11)).toBe(await run(11));
    expect(await run(11)).not.toBe(await run(12));
  });
});
