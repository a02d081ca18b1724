import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address, ClientFactory, Invocation, Value } from '../../../harness/contracts/index.ts';
import { type ClientSuite, clientSuite } from '../conformance/client-suite.ts';
import { binaryOf, clusterAt, invokeAll, nodeAt, type SingleServer, startSingleServer } from '../conformance/single-server.ts';
import { openGateway } from './gateway.ts';
import { etcd } from './system.ts';

const options = etcd.options.parse({});
const never = new AbortController().signal;
const KEY = 'ordeal-conformance';

const { binary, reason } = await binaryOf(etcd, options, 'etcd');
const skipped = reason === undefined ? '' : ` (not run: ${reason})`;

const url = ({ host, port }: Address): string => `http://${host}:${port}`;

const startEtcd = (): Promise<SingleServer> =>
  startSingleServer({
    name: 'etcd',
    argv: (folder, client, peer) => [
      binary!,
      ...['--data-dir', folder, '--listen-client-urls', url(client), '--advertise-client-urls', url(client)],
      ...['--listen-peer-urls', url(peer), '--initial-advertise-peer-urls', url(peer), '--initial-cluster', `default=${url(peer)}`],
      ...['--logger', 'zap', '--unsafe-no-fsync'],
    ],
    serves: async (client) => {
      const gateway = openGateway(client);
      try {
        return (await gateway.get('/health'))['health'] === 'true';
      } finally {
        gateway.close();
      }
    },
  });

const suiteOn = async (name: string, of: Pick<ClientSuite, 'write' | 'read' | 'shows'>): Promise<ClientSuite & AsyncDisposable> => {
  const server = await startEtcd();
  const dispose = (): PromiseLike<void> => server[Symbol.asyncDispose]();
  return {
    ...of,
    factory: etcd.clients[name]!(options),
    server: server.address,
    nodeAt,
    request: /POST \/v3\//g,
    requests: 'single',
    [Symbol.asyncDispose]: dispose,
  };
};

describe.skipIf(binary === undefined)(`etcd${skipped}`, () => {
  clientSuite('etcd register', () =>
    suiteOn('register', {
      write: (number) => ({ f: 'write', key: KEY, value: number }),
      read: { f: 'read', key: KEY, value: null },
      shows: (read, number) => read === number,
    }),
  );
  clientSuite('etcd set', () =>
    suiteOn('set', {
      write: (number) => ({ f: 'add', value: number }),
      read: { f: 'read', value: null },
      shows: (read, number) => (read as readonly Value[]).includes(number),
    }),
  );

  describe('clients of a real etcd', () => {
    let server: SingleServer;
    beforeAll(async () => {
      server = await startEtcd();
    });
    afterAll(() => server?.[Symbol.asyncDispose]());
    const all = (factory: ClientFactory, ...ops: Invocation[]): Promise<unknown[]> => invokeAll(factory, server.address, ...ops);

    it('find the store empty before the run, and refuse one that is not', async () => {
      const factory = etcd.clients['register']!(options);
      await factory.setup!(clusterAt(server.address), never);
      await all(factory, { f: 'write', key: 'left over', value: 1 });
      await expect(factory.setup!(clusterAt(server.address), never)).rejects.toMatchObject({ code: 'ORDEAL_NOT_READY' });
    });

    it('compare and set: what compared unequal is an answer, and what is absent compares as null', async () => {
      const cas = (from: Value, to: Value): Invocation => ({ f: 'cas', key: 7, value: [from, to] });
      const read: Invocation = { f: 'read', key: 7, value: null };
      expect(await all(etcd.clients['register']!(options), read, cas(1, 2), cas(null, 1), cas(null, 5), cas(1, 2), read)).toEqual([
        { type: 'ok', value: null },
        { type: 'ok', value: [1, 2], applied: false },
        { type: 'ok', value: [null, 1] },
        { type: 'ok', value: [null, 5], applied: false },
        { type: 'ok', value: [1, 2] },
        { type: 'ok', value: 2 },
      ]);
    });

    it('keep the elements of a set apart from registers and ids', async () => {
      const read: Invocation = { f: 'read', value: null };
      const [empty, , , , full] = await all(etcd.clients['set']!(options), read, ...[3, 0, 12].map((value) => ({ f: 'add', value })), read);
      expect(empty).toEqual({ type: 'ok', value: [] });
      expect([...((full as { value: number[] }).value ?? [])].sort((a, b) => a - b)).toEqual([0, 3, 12]);
      await expect(all(etcd.clients['set']!(options), { f: 'remove', value: 1 })).rejects.toThrow(/remove/);
    });

    it('get a new id every time', async () => {
      const generate: Invocation = { f: 'generate', value: null };
      const ids = (await all(etcd.clients['unique-ids']!(options), ...Array.from({ length: 20 }, () => generate))) as { value: string }[];
      expect(new Set(ids.map(({ value }) => value)).size).toBe(20);
    });

    it('hold a lock until it is given back, and then write fenced no more', async () => {
      const update = (to: number): Invocation => ({ f: 'update', key: 3, value: { token: 1, from: null, to, write: 'fenced' } });
      const acquire: Invocation = { f: 'acquire', key: 3, value: { lease: 9_500, hold: 0 } };
      const release: Invocation = { f: 'release', key: 3, value: 1 };
      const read: Invocation = { f: 'read', key: 3, value: null };
      const locks = etcd.clients['lock']!(options);
      const outcomes = await all(locks, acquire, update(5), { ...acquire, key: 4 }, acquire, release, update(6), release, read);
      expect(outcomes).toMatchObject([
        { type: 'ok', value: { token: expect.any(Number), lease: 10_000 } },
        { type: 'ok', value: null },
        { type: 'ok', value: { token: expect.any(Number) } },
        // it has it itself
        { type: 'ok', applied: false },
        { type: 'ok', value: null },
        { type: 'ok', applied: false },
        { type: 'ok', applied: false },
        { type: 'ok', value: 5 },
      ]);
    });

    it('take permits of a semaphore and give them back, and refuse what there is not', async () => {
      const op = (f: string, value: number): Invocation => ({ f, key: 9, value });
      const outcomes = await all(etcd.clients['semaphore']!(options), op('acquire', 2), op('acquire', 2), op('acquire', 1), op('release', 3), op('release', 1));
      expect(outcomes).toEqual([
        { type: 'ok', value: 2 },
        { type: 'ok', value: 2, applied: false },
        { type: 'ok', value: 1 },
        { type: 'ok', value: 3 },
        { type: 'ok', value: 1, applied: false },
      ]);
    });

    it('lead one election at a time, each time in a new term, and know who leads', async () => {
      const elect = (key: number, leader: number): Invocation => ({ f: 'elect', key, value: { leader, lease: 9_500 } });
      const inspect = (key: number): Invocation => ({ f: 'inspect', key, value: null });
      const elections = etcd.clients['leader-election']!(options);
      const outcomes = await all(elections, inspect(1), elect(1, 11), inspect(1), elect(1, 12), inspect(1), elect(2, 13), inspect(1), inspect(2));
      const [first, second, third] = [outcomes[1], outcomes[3], outcomes[5]].map((outcome) => (outcome as { value: [number, number] }).value);
      expect([first![1], second![1], third![1]]).toEqual([11, 12, 13]);
      expect(first![0] < second![0] && second![0] < third![0]).toBe(true);
      const nobody = { type: 'fail', error: { code: 'nobody-leads' } };
      expect(outcomes).toMatchObject([nobody, {}, { value: first }, {}, { value: second }, {}, nobody, { type: 'ok', value: third }]);
      // the client of before is gone, and its lease is not over
      expect(await all(elections, elect(2, 14))).toMatchObject([{ type: 'fail', error: { code: 'not-elected' } }]);
    });

    it('watch from a revision on, and go on with what comes', async () => {
      const put = (value: number): Invocation => ({ f: 'put', key: 2, value });
      const watch = (value: Value): Invocation => ({ f: 'watch', value });
      const outcomes = await all(etcd.clients['watch']!(options), put(1), put(2), watch({ from: 0, until: 'latest' }), put(3), watch({}), watch({}));
      const [first, second, , third] = outcomes.map((outcome) => (outcome as { value: number }).value);
      expect(outcomes.slice(2)).toEqual([
        {
          type: 'ok',
          value: {
            events: [
              [first, '2', 1],
              [second, '2', 2],
            ],
          },
        },
        { type: 'ok', value: third },
        { type: 'ok', value: { events: [[third, '2', 3]] } },
        { type: 'ok', value: { events: [] } },
      ]);
      expect(await all(etcd.clients['watch']!(options), watch({ from: second! }))).toEqual([{ type: 'ok', value: { events: [[third, '2', 3]] } }]);
    });

    it('are told by members who leads and that all have caught up', async () => {
      expect(await etcd.settled(clusterAt(server.address), never, options)).toBe(true);
      expect(await etcd.roles!(clusterAt(server.address), never, options)).toEqual(new Map([['n1', 'primary']]));
    });
  });
});
