import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientFactory, Invocation, Value } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { clientSuite } from '../conformance/client-suite.ts';
import { clusterAt, invokeAll, nodeAt, type SingleServer, startSingleServer } from '../conformance/single-server.ts';
import { saidTo } from './members.ts';
import { provisionZookeeper } from './provision.ts';
import { serverProgram } from './server-program.ts';
import { zookeeper } from './system.ts';

const clock = createRealClock();
const never = new AbortController().signal;
const { provisioned, reason } = await provisionZookeeper(never).then(
  (found) => ({ provisioned: found, reason: undefined }),
  (error: unknown) => ({ provisioned: undefined, reason: messageOf(error) }),
);
const skipped = reason === undefined ? '' : ` (not run: ${reason})`;

const start = (): Promise<SingleServer> =>
  startSingleServer({
    name: 'zookeeper',
    argv: (folder, address) => {
      const { argv, env } = serverProgram({ provisioned: provisioned!, address, data: `${folder}/data` });
      return ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...argv];
    },
    serves: async (address) => /^Mode: /m.test(await saidTo('srvr', address, clock, never)),
  });

const factoryOf = (workload: string, given: object = {}): ClientFactory => zookeeper.clients[workload]!(zookeeper.options.parse(given));

describe.skipIf(provisioned === undefined)(`zookeeper${skipped}`, () => {
  clientSuite('zookeeper set', async () => {
    const server = await start();
    const factory = factoryOf('set', { reads: 'local' });
    await factory.setup!(clusterAt(server.address), never);
    return {
      factory,
      server: server.address,
      nodeAt,
      write: (number) => ({ f: 'add', value: number }),
      read: { f: 'read', value: null },
      shows: (read, number) => (read as Value[]).includes(number),
      request: /\/ordeal\/set/g,
      requests: 'single',
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  });

  describe('clients of a real ZooKeeper', () => {
    let server: SingleServer;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.[Symbol.asyncDispose]());
    const all = (workload: string, given: object, ...ops: Invocation[]): Promise<unknown[]> => invokeAll(factoryOf(workload, given), server.address, ...ops);
    const refused = (value: Value) => ({ type: 'ok', value, applied: false });

    it('find the tree empty before the run, and refuse one that is not', async () => {
      await factoryOf('unique-ids').setup!(clusterAt(server.address), never);
      await expect(factoryOf('register').setup!(clusterAt(server.address), never)).rejects.toMatchObject({ code: 'ORDEAL_NOT_READY' });
    });

    it.each(['sync', 'local'])('read, write, compare and set: what compared unequal is an answer, and what is absent is null (reads: %s)', async (reads) => {
      const key = reads;
      const read: Invocation = { f: 'read', key, value: null };
      const cas = (from: Value, to: Value): Invocation => ({ f: 'cas', key, value: [from, to] });
      const write = (value: Value): Invocation => ({ f: 'write', key, value });
      expect(await all('register', { reads }, read, cas(1, 2), cas(null, 1), cas(null, 5), cas(1, 2), read, write(7), cas(2, 3), cas(7, 8), read)).toEqual([
        { type: 'ok', value: null },
        refused([1, 2]),
        { type: 'ok', value: [null, 1] },
        refused([null, 5]),
        { type: 'ok', value: [1, 2] },
        { type: 'ok', value: 2 },
        { type: 'ok', value: 7 },
        refused([2, 3]),
        { type: 'ok', value: [7, 8] },
        { type: 'ok', value: 8 },
      ]);
      expect(await all('register', { reads }, { ...write(3), key: `${key}-other` }, { ...read, key: `${key}-other` })).toEqual([
        { type: 'ok', value: 3 },
        { type: 'ok', value: 3 },
      ]);
    });

    it('get a new id every time', async () => {
      const ids = (await all('unique-ids', {}, ...Array.from({ length: 20 }, () => ({ f: 'generate', value: null })))) as { value: number }[];
      expect(new Set(ids.map(({ value }) => value)).size).toBe(20);
    });

    it('refuse what they do not know', async () => {
      await expect(all('set', {}, { f: 'remove', value: 1 })).rejects.toThrow(/remove/);
      await expect(all('register', {}, { f: 'append', key: 1, value: 1 })).rejects.toThrow(/append/);
    });
  });
});
