import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address, ClientFactory, Cluster, Invocation, Node, Ns, Value } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import { type ClientSuite, clientSuite } from '../conformance/client-suite.ts';
import { clusterAt, invokeAll, nodeAt, type SingleServer, startSingleServer } from '../conformance/single-server.ts';
import { SLOTS, slotOf } from './cluster-slots.ts';
import { redisCluster } from './cluster-system.ts';
import { Connection } from './connection.ts';
import { BUS_PORT, SENTINEL_PORT } from './ports.ts';
import { type ProvisionedRedis, provisionRedis } from './provision.ts';
import type { Command, Reply } from './resp.ts';
import { redisSentinel } from './sentinel-system.ts';
import { type ServerRequest, serverProgram } from './server-program.ts';
import { redis } from './system.ts';

const never = new AbortController().signal;
const KEY = 'conformance';

const { provisioned, reason } = await provisionRedis(never).then(
  (found) => ({ provisioned: found, reason: undefined }),
  (error: unknown) => ({ provisioned: undefined, reason: messageOf(error) }),
);
const skipped = reason === undefined ? '' : ` (not run: ${reason})`;

type Argv = readonly [string, ...string[]];
const argvOf = (request: Pick<ServerRequest, 'address' | 'data' | 'sentinel' | 'cluster'>): Argv => {
  const { argv, env } = serverProgram({ ...request, provisioned: provisioned as ProvisionedRedis, options: redis.options.parse({}) });
  return ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...argv];
};

const serves = async (address: Address): Promise<boolean> => {
  const connection = new Connection(address);
  try {
    return (await connection.ask([['PING']]))[0] === 'PONG';
  } finally {
    connection.close();
  }
};

const startRedis = (): Promise<SingleServer> =>
  startSingleServer({ name: 'redis', argv: (folder, address) => argvOf({ address, data: `${folder}/data` }), serves });

const startWithSentinel = async (): Promise<{ readonly server: SingleServer; readonly sentinel: Address }> => {
  let sentinel: Address = { host: '127.0.0.1', port: 0 };
  const server = await startSingleServer({
    name: 'redis-sentinel',
    argv: (folder, address, other) => {
      sentinel = other;
      const guard = { address: other, announced: other, primary: address, replicas: [], quorum: 1, downAfterMs: 60_000 };
      return argvOf({ address, data: `${folder}/data`, sentinel: guard });
    },
    serves: async (address) => (await serves(address)) && (await serves(sentinel)),
  });
  return { server, sentinel };
};

const tell = async (address: Address, ...command: Command): Promise<Reply> => {
  const connection = new Connection(address);
  try {
    return (await connection.ask([command]))[0]!;
  } finally {
    connection.close();
  }
};

/** A server of a cluster, with these slots. */
const startClustered = async (slots: number): Promise<SingleServer & { readonly bus: Address }> => {
  let bus: Address = { host: '127.0.0.1', port: 0 };
  const server = await startSingleServer({
    name: 'redis-cluster',
    argv: (folder, address, other) => {
      bus = other;
      return argvOf({ address, data: `${folder}/data`, cluster: { bus, announced: address, announcedBus: bus, nodeTimeoutMs: 60_000 } });
    },
    serves,
  });
  if (slots > 0) await tell(server.address, 'CLUSTER', 'ADDSLOTSRANGE', 0, slots - 1);
  return { ...server, address: server.address, bus };
};

const factoryOf = (workload: string, given: object = {}): ClientFactory => redis.clients[workload]!(redis.options.parse(given));

const suiteOn = async (workload: string, of: Pick<ClientSuite, 'write' | 'read' | 'shows' | 'request'>): Promise<ClientSuite & AsyncDisposable> => {
  const server = await startRedis();
  return {
    ...of,
    factory: factoryOf(workload),
    server: server.address,
    nodeAt,
    requests: 'single',
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};

const clock = createRealClock();

/** A server counts its slots as served only some time after it was given them. */
const clusterIsUp = async (...addresses: readonly Address[]): Promise<void> => {
  for (const address of addresses) while (!String(await tell(address, 'CLUSTER', 'INFO')).includes('cluster_state:ok')) await clock.sleep(ms(50));
};

const txn = (...value: readonly Value[]): Invocation => ({ f: 'txn', value });

describe.skipIf(provisioned === undefined)(`redis${skipped}`, () => {
  clientSuite('redis-sentinel register', async () => {
    const { server, sentinel } = await startWithSentinel();
    return {
      write: (number) => ({ f: 'write', key: KEY, value: number }),
      read: { f: 'read', key: KEY, value: null },
      shows: (read, number) => read === number,
      request: /\$3\r\n(SET|GET)\r\n/g,
      requests: 'single',
      factory: redisSentinel.clients['register']!(redisSentinel.options.parse({})),
      server: server.address,
      // the sentinel is asked straight, and names the server by its own address
      nodeAt: (address) =>
        ({ id: 'n1', address: (port: number) => (port === SENTINEL_PORT ? sentinel : address), peerAddress: () => server.address }) as unknown as Node,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  });
  clientSuite('redis-cluster register', async () => {
    const server = await startClustered(SLOTS);
    await clusterIsUp(server.address);
    return {
      write: (number) => ({ f: 'write', key: KEY, value: number }),
      read: { f: 'read', key: KEY, value: null },
      shows: (read, number) => read === number,
      request: /\$3\r\n(SET|GET)\r\n/g,
      requests: 'single',
      factory: redisCluster.clients['register']!(redisCluster.options.parse({})),
      server: server.address,
      nodeAt,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  });
  clientSuite('redis list-append', () =>
    suiteOn('list-append', {
      write: (number) => txn(['append', KEY, number]),
      read: txn(['r', KEY, null]),
      shows: (read, number) => (read as [[string, string, number[]]])[0][2].includes(number),
      request: /\r\nEXEC\r\n/g,
    }),
  );

  describe('clients of a real Redis', () => {
    let server: SingleServer;
    beforeAll(async () => {
      server = await startRedis();
    });
    afterAll(() => server?.[Symbol.asyncDispose]());
    const all = (workload: string, ...ops: Invocation[]): Promise<unknown[]> => invokeAll(factoryOf(workload), server.address, ...ops);

    it('find the store empty before the run, and refuse one that is not', async () => {
      const factory = factoryOf('register');
      await factory.setup!(clusterAt(server.address), never);
      await all('register', { f: 'write', key: 'left over', value: 1 });
      await expect(factory.setup!(clusterAt(server.address), never)).rejects.toMatchObject({ code: 'ORDEAL_NOT_READY' });
    });

    it('compare and set: what compared unequal is an answer, and what is absent compares as null', async () => {
      const cas = (from: Value, to: Value): Invocation => ({ f: 'cas', key: 7, value: [from, to] });
      const read: Invocation = { f: 'read', key: 7, value: null };
      expect(await all('register', read, cas(1, 2), cas(null, 1), cas(null, 5), cas(1, 2), read)).toEqual([
        { type: 'ok', value: null },
        { type: 'ok', value: [1, 2], applied: false },
        { type: 'ok', value: [null, 1] },
        { type: 'ok', value: [null, 5], applied: false },
        { type: 'ok', value: [1, 2] },
        { type: 'ok', value: 2 },
      ]);
    });

    it('do all of a transaction in its order', async () => {
      expect(
        await all('list-append', txn(['r', 1, null], ['append', 1, 4], ['r', 1, null]), txn(['append', 1, 5]), txn(['r', 1, null], ['r', 2, null])),
      ).toEqual([
        {
          type: 'ok',
          value: [
            ['r', 1, []],
            ['append', 1, 4],
            ['r', 1, [4]],
          ],
        },
        { type: 'ok', value: [['append', 1, 5]] },
        {
          type: 'ok',
          value: [
            ['r', 1, [4, 5]],
            ['r', 2, []],
          ],
        },
      ]);
    });

    it('count an increment as often as it was done, and get a new id every time', async () => {
      const increments = [3, 1, 3].map((value): Invocation => ({ f: 'increment', value }));
      expect((await all('counter', ...increments, { f: 'read', value: null })).at(-1)).toEqual({ type: 'ok', value: [3, 1, 3] });
      const ids = (await all('unique-ids', ...Array.from({ length: 20 }, () => ({ f: 'generate', value: null })))) as { value: number }[];
      expect(new Set(ids.map(({ value }) => value)).size).toBe(20);
    });

    it('do not acknowledge what too few replicas have received', async () => {
      const [outcome, read] = (await invokeAll(factoryOf('set', { wait: 1 }), server.address, { f: 'add', value: 8 }, { f: 'read', value: null })) as [
        unknown,
        { value: Value[] },
      ];
      expect(outcome).toMatchObject({ type: 'info', error: { code: 'too-few-replicas' } });
      expect(read.value).toContain(8);
    });

    it('have a lock one at a time, and fence what is written by whoever has it no longer', async () => {
      const [acquire, read, release] = [
        { f: 'acquire', key: 1, value: { lease: 60_000, hold: 0 } },
        { f: 'read', key: 1, value: null },
        (token: number): Invocation => ({ f: 'release', key: 1, value: token }),
      ] as const;
      const fenced = (token: number, to: number): Invocation => ({ f: 'update', key: 1, value: { token, from: null, to, write: 'fenced' } });
      const refused = { type: 'ok', value: null, applied: false };
      const done = { type: 'ok', value: null };
      expect(await all('lock', read, acquire, acquire, fenced(1, 5), release(2), release(1), release(1), fenced(1, 6), read, acquire)).toEqual([
        done,
        { type: 'ok', value: { token: 1, lease: 60_000 } },
        refused,
        done,
        refused,
        done,
        refused,
        refused,
        { type: 'ok', value: 5 },
        { type: 'ok', value: { token: 2, lease: 60_000 } },
      ]);
      expect(await all('lock', { f: 'update', key: 1, value: { token: 1, from: 5, to: 7, write: 'plain' } }, read)).toEqual([done, { type: 'ok', value: 7 }]);
    });

    it('refuse what they do not know', async () => {
      await expect(all('lock', { f: 'renew', key: 1, value: 1 })).rejects.toThrow(/renew/);
      await expect(all('set', { f: 'remove', value: 1 })).rejects.toThrow(/remove/);
    });
  });

  describe('clients of a real Redis Cluster', () => {
    let owner: Awaited<ReturnType<typeof startClustered>>;
    let other: Awaited<ReturnType<typeof startClustered>>;
    beforeAll(async () => {
      owner = await startClustered(SLOTS);
      other = await startClustered(0);
      await tell(owner.address, 'CLUSTER', 'MEET', other.address.host, other.address.port, other.bus.port);
      await clusterIsUp(owner.address, other.address);
    });
    afterAll(async () => {
      await owner?.[Symbol.asyncDispose]();
      await other?.[Symbol.asyncDispose]();
    });

    /** What a client of `other` does with one operation, and what it observes meanwhile. */
    const invoke = async (workload: string, ...ops: Invocation[]): Promise<{ readonly outcomes: unknown[]; readonly observed: unknown[] }> => {
      const memberAt = (id: string, { address, bus }: typeof owner): Node =>
        ({ id, address: () => address, peerAddress: (port: number) => (port === BUS_PORT ? bus : address) }) as unknown as Node;
      const nodes = [memberAt('n1', owner), memberAt('n2', other)] as const;
      const factory = redisCluster.clients[workload]!(redisCluster.options.parse({}));
      await factory.setup!({ nodes } as unknown as Cluster, never).catch(() => undefined);
      const client = await factory.open(nodes[1], never);
      const observed: unknown[] = [];
      const outcomes: unknown[] = [];
      const call = { deadline: 0 as Ns, signal: never, observe: (f: string, value: Value) => void observed.push([f, value]) };
      for (const op of ops) outcomes.push(await client.invoke(op, call), client.speaksTo!(op));
      await client.close();
      return { outcomes, observed };
    };

    it('know the slot of a key as the server does', async () => {
      for (const key of ['ordeal:set', 'ordeal:register:7', '{user1000}.following', 'foo{}{bar}', 'foo{{bar}}zap', 'é', ''])
        expect([key, await tell(owner.address, 'CLUSTER', 'KEYSLOT', key)]).toEqual([key, slotOf(key)]);
    });

    it('go where they are sent, once, and say so', async () => {
      const op: Invocation = { f: 'add', value: 1 };
      expect(await invoke('set', op, op)).toEqual({
        outcomes: [{ type: 'ok', value: 1 }, 'n1', { type: 'ok', value: 1 }, 'n1'],
        observed: [['redirected', { kind: 'moved', to: 'n1' }]],
      });
    });

    it('ask for one time where a slot is on its way', async () => {
      const slot = slotOf('ordeal:register:9');
      const [from, to] = [await tell(owner.address, 'CLUSTER', 'MYID'), await tell(other.address, 'CLUSTER', 'MYID')].map(String) as [string, string];
      await tell(other.address, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', from);
      await tell(owner.address, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', to);
      const write: Invocation = { f: 'write', key: 9, value: 5 };
      const { outcomes, observed } = await invoke('register', write, { f: 'read', key: 9, value: null });
      expect([outcomes[0], outcomes[2]]).toEqual([
        { type: 'ok', value: 5 },
        { type: 'ok', value: 5 },
      ]);
      expect(observed).toEqual([
        ['redirected', { kind: 'moved', to: 'n1' }],
        ['redirected', { kind: 'asking', to: 'n2' }],
        ['redirected', { kind: 'asking', to: 'n2' }],
      ]);
    });
  });
});
