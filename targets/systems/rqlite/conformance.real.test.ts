import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address, ClientFactory, Invocation, Value } from '../../../harness/contracts/index.ts';
import { type ClientSuite, clientSuite } from '../conformance/client-suite.ts';
import { binaryOf, clusterAt, invokeAll, nodeAt, type SingleServer, startSingleServer } from '../conformance/single-server.ts';
import { openApi } from './api.ts';
import { rqlite } from './system.ts';

const options = rqlite.options.parse({});
const never = new AbortController().signal;
const KEY = 'ordeal-conformance';

const { binary, reason } = await binaryOf(rqlite, options, 'rqlited');
const skipped = reason === undefined ? '' : ` (not run: ${reason})`;

const text = ({ host, port }: Address): string => `${host}:${port}`;

const startRqlite = (): Promise<SingleServer> =>
  startSingleServer({
    name: 'rqlite',
    argv: (folder, client, peer) => [binary!, '-node-id', 'n1', '-http-addr', text(client), '-raft-addr', text(peer), folder],
    serves: async (client) => {
      const api = openApi(client);
      try {
        return await api.ready();
      } finally {
        api.close();
      }
    },
  });

const suiteOn = async (workload: string, of: Pick<ClientSuite, 'write' | 'read' | 'shows'>): Promise<ClientSuite & AsyncDisposable> => {
  const server = await startRqlite();
  const factory = rqlite.clients[workload]!(options);
  await factory.setup!(clusterAt(server.address), never);
  return {
    ...of,
    factory,
    server: server.address,
    nodeAt,
    request: /POST \/db\//g,
    requests: 'single',
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};

const shows = (read: Value, number: number): boolean => (read as readonly Value[]).includes(number);

describe.skipIf(binary === undefined)(`rqlite${skipped}`, () => {
  clientSuite('rqlite register', () =>
    suiteOn('register', {
      write: (number) => ({ f: 'write', key: KEY, value: number }),
      read: { f: 'read', key: KEY, value: null },
      shows: (read, number) => read === number,
    }),
  );
  clientSuite('rqlite set', () => suiteOn('set', { write: (number) => ({ f: 'add', value: number }), read: { f: 'read', value: null }, shows }));
  clientSuite('rqlite counter', () => suiteOn('counter', { write: (number) => ({ f: 'increment', value: number }), read: { f: 'read', value: null }, shows }));

  describe('clients of a real rqlite', () => {
    let server: SingleServer;
    beforeAll(async () => {
      server = await startRqlite();
    });
    afterAll(() => server?.[Symbol.asyncDispose]());
    /** Clients of a workload whose table is there. */
    const clientsOf = async (workload: string): Promise<ClientFactory> => {
      const factory = rqlite.clients[workload]!(options);
      await factory.setup!(clusterAt(server.address), never);
      return factory;
    };
    const all = async (factory: ClientFactory, ...ops: Invocation[]): Promise<unknown[]> => invokeAll(factory, server.address, ...ops);
    const read: Invocation = { f: 'read', key: 7, value: null };

    it('compare and set: what compared unequal is an answer, and what is absent compares as null', async () => {
      const cas = (from: Value, to: Value): Invocation => ({ f: 'cas', key: 7, value: [from, to] });
      expect(await all(await clientsOf('register'), read, cas(1, 2), cas(null, 1), cas(null, 5), cas(1, 2), read)).toEqual([
        { type: 'ok', value: null },
        { type: 'ok', value: [1, 2], applied: false },
        { type: 'ok', value: [null, 1] },
        { type: 'ok', value: [null, 5], applied: false },
        { type: 'ok', value: [1, 2] },
        { type: 'ok', value: 2 },
      ]);
    });

    it('refuse to begin on a table that is not empty', async () => {
      await expect(clientsOf('register')).rejects.toMatchObject({ code: 'ORDEAL_NOT_READY' });
    });

    it('read at every level what was written', async () => {
      for (const reads of ['none', 'weak', 'linearizable', 'strong']) {
        const factory = rqlite.clients['register']!(rqlite.options.parse({ reads }));
        expect(await all(factory, { f: 'write', key: 8, value: 3 }, { ...read, key: 8 })).toEqual([
          { type: 'ok', value: 3 },
          { type: 'ok', value: 3 },
        ]);
      }
    });

    it('keep the elements of a set once, and every increment of a counter', async () => {
      const twice = (f: string): Invocation[] => [3, 0, 3].map((value) => ({ f, value }));
      const whole = async (workload: string, f: string): Promise<Value[]> => {
        const outcomes = await all(await clientsOf(workload), ...twice(f), { f: 'read', value: null });
        return (outcomes.at(-1) as { value: number[] }).value.sort((a, b) => a - b);
      };
      expect(await whole('set', 'add')).toEqual([0, 3]);
      expect(await whole('counter', 'increment')).toEqual([0, 3, 3]);
    });

    it('get a new id every time', async () => {
      const generate: Invocation = { f: 'generate', value: null };
      const ids = (await all(await clientsOf('unique-ids'), ...Array.from({ length: 20 }, () => generate))) as { value: number }[];
      expect(new Set(ids.map(({ value }) => value)).size).toBe(20);
    });

    it.each(['register', 'set', 'counter'])('know the operations of %s and no others', async (workload) => {
      await expect(all(rqlite.clients[workload]!(options), { f: 'shrink', value: 1 })).rejects.toThrow(/shrink/);
    });

    it('are told by members who leads and that all have caught up', async () => {
      expect(await rqlite.settled(clusterAt(server.address), never, options)).toBe(true);
      expect(await rqlite.roles!(clusterAt(server.address), never, options)).toEqual(new Map([['n1', 'primary']]));
    });
  });
});
