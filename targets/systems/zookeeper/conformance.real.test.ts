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

    it('hold a lock until it is given back, and then write fenced no more', async () => {
      const update = (to: number, write: string): Invocation => ({ f: 'update', key: 3, value: { token: 1, from: null, to, write } });
      const acquire: Invocation = { f: 'acquire', key: 3, value: { lease: 9_500, hold: 0 } };
      const release: Invocation = { f: 'release', key: 3, value: 1 };
      const read: Invocation = { f: 'read', key: 3, value: null };
      const outcomes = await all(
        'lock',
        {},
        read,
        acquire,
        read,
        update(5, 'fenced'),
        acquire,
        release,
        update(6, 'fenced'),
        release,
        read,
        update(7, 'plain'),
        read,
      );
      const done = { type: 'ok', value: null };
      const notDone = { ...done, applied: false };
      expect(outcomes).toEqual([
        done,
        { type: 'ok', value: { token: expect.any(Number), lease: 9_500 } },
        done,
        done,
        // it has it itself
        notDone,
        done,
        notDone,
        notDone,
        { type: 'ok', value: 5 },
        done,
        { type: 'ok', value: 7 },
      ]);
    });

    it('have no lock any more when their session has expired, and the next one has a greater token', async () => {
      const factory = factoryOf('lock');
      const [first, second] = [await factory.open(nodeAt(server.address), never), await factory.open(nodeAt(server.address), never)];
      const call = { signal: never, deadline: 0 } as unknown as Parameters<typeof first.invoke>[1];
      const acquire: Invocation = { f: 'acquire', key: 4, value: { lease: 1_000, hold: 0 } };
      const taken = await first.invoke(acquire, call);
      // nobody gives it back: whoever asks for long enough gets it
      let next = await second.invoke(acquire, call);
      while (next.type === 'ok' && next.applied === false) next = await second.invoke(acquire, call);
      const [before, after] = [taken, next].map((outcome) => (outcome as unknown as { value: { token: number } }).value.token);
      expect(after).toBeGreaterThan(before!);
      const late = await first.invoke({ f: 'update', key: 4, value: { token: before!, from: null, to: 1, write: 'fenced' } }, call);
      expect(late).toEqual({ type: 'ok', value: null, applied: false });
      await Promise.all([first.close(), second.close()]);
    });

    it('are elected one at a time, and say who leads', async () => {
      const elect = (leader: number): Invocation => ({ f: 'elect', key: 1, value: { leader, lease: 9_500 } });
      const inspect: Invocation = { f: 'inspect', key: 1, value: null };
      const [nobody, first, led, second, ledNow] = (await all('leader-election', {}, inspect, elect(7), inspect, elect(8), inspect)) as { value: number[] }[];
      expect(nobody).toMatchObject({ type: 'fail', error: { code: 'nobody-leads' } });
      expect(first).toEqual({ type: 'ok', value: [expect.any(Number), 7] });
      expect(led).toEqual(first);
      expect(second).toEqual({ type: 'ok', value: [expect.any(Number), 8] });
      expect(second!.value[0]).toBeGreaterThan(first!.value[0]!);
      expect(ledNow).toEqual(second);
      // whoever was invoked there has gone without stepping down
      const [refused, still] = await all('leader-election', {}, elect(9), inspect);
      expect(refused).toMatchObject({ type: 'fail', error: { code: 'not-elected' } });
      expect(still).toEqual(second);
    });

    it('refuse what they do not know', async () => {
      await expect(all('lock', {}, { f: 'renew', key: 1, value: null })).rejects.toThrow(/renew/);
      await expect(all('leader-election', {}, { f: 'resign', key: 1, value: null })).rejects.toThrow(/resign/);
      await expect(all('set', {}, { f: 'remove', value: 1 })).rejects.toThrow(/remove/);
      await expect(all('register', {}, { f: 'append', key: 1, value: 1 })).rejects.toThrow(/append/);
    });
  });
});
