import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientFactory, Invocation, Value } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { clientSuite } from '../conformance/client-suite.ts';
import { clusterAt, invokeAll, nodeAt, type SingleServer, startSingleServer } from '../conformance/single-server.ts';
import { NatsConnection } from './connection.ts';
import { ask, STREAM } from './jetstream.ts';
import { provisionNats } from './provision.ts';
import { serverProgram } from './server-program.ts';
import { nats } from './system.ts';

const never = new AbortController().signal;
const { provisioned, reason } = await provisionNats(never).then(
  (found) => ({ provisioned: found, reason: undefined }),
  (error: unknown) => ({ provisioned: undefined, reason: messageOf(error) }),
);
const skipped = reason === undefined ? '' : ` (not run: ${reason})`;

const start = (): Promise<SingleServer> =>
  startSingleServer({
    name: 'nats',
    argv: (folder, clients, monitor) => {
      const { argv, env } = serverProgram({ provisioned: provisioned!, name: 'n1', clients, monitor, data: `${folder}/data` });
      return ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...argv];
    },
    serves: async (address) => {
      const connection = new NatsConnection(address);
      try {
        return (await ask<{ streams?: number }>(connection, 'INFO', {})).streams === 0;
      } finally {
        connection.close();
      }
    },
  });

const factoryOf = (workload: string): ClientFactory => nats.clients[workload]!(nats.options.parse({}));

describe.skipIf(provisioned === undefined)(`nats${skipped}`, () => {
  clientSuite('nats set', async () => {
    const server = await start();
    const factory = factoryOf('set');
    await factory.setup!(clusterAt(server.address), never);
    return {
      factory,
      server: server.address,
      nodeAt,
      write: (number) => ({ f: 'add', value: number }),
      read: { f: 'read', value: null },
      shows: (read, number) => (read as Value[]).includes(number),
      request: /PUB (ordeal\.set\.|\$JS\.API\.STREAM\.INFO)/g,
      requests: 'single',
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  });

  describe('clients of a real NATS', () => {
    let server: SingleServer;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.[Symbol.asyncDispose]());
    const all = (workload: string, ...ops: Invocation[]): Promise<unknown[]> => invokeAll(factoryOf(workload), server.address, ...ops);

    it('fail where there is no stream: nobody listens, and nothing is read', async () => {
      const factory = factoryOf('set');
      const refusals = await Promise.all(
        [
          { f: 'add', value: 1 },
          { f: 'read', value: null },
        ].map((op) => all('set', op).catch((error: unknown) => error)),
      );
      expect(refusals.map((error) => factory.classify(error))).toMatchObject([
        { type: 'fail', error: { code: 'no-responders' } },
        { type: 'fail', error: { code: 'stream-not-found' } },
      ]);
    });

    it('make the stream before the run, and refuse one that is not empty', async () => {
      await factoryOf('set').setup!(clusterAt(server.address), never);
      await factoryOf('set').setup!(clusterAt(server.address), never);
      expect(await all('set', { f: 'read', value: null }, { f: 'add', value: 7 }, { f: 'add', value: 8 }, { f: 'read', value: null })).toEqual([
        { type: 'ok', value: [] },
        { type: 'ok', value: 7 },
        { type: 'ok', value: 8 },
        { type: 'ok', value: [7, 8] },
      ]);
      await expect(factoryOf('set').setup!(clusterAt(server.address), never)).rejects.toMatchObject({ code: 'ORDEAL_NOT_READY' });
    });

    it('see an element as often as it was stored', async () => {
      const added = { f: 'add', value: 9 };
      const [, , read] = (await all('set', added, added, { f: 'read', value: null })) as { value: number[] }[];
      expect(read!.value.filter((element) => element === 9)).toEqual([9, 9]);
    });

    it('keep answers apart that are under way at once', async () => {
      const connection = new NatsConnection(server.address);
      const known = Array.from({ length: 50 }, (_, i) => ask<object>(connection, i % 2 === 0 ? `STREAM.INFO.${STREAM}` : 'INFO', {}, never));
      expect((await Promise.all(known)).map((answer) => 'config' in answer)).toEqual(known.map((_, i) => i % 2 === 0));
      connection.close();
    });

    it('deliver each message of a queue, again where it was not acknowledged, and drain it', async () => {
      const own = await start();
      try {
        const factory = factoryOf('queue');
        await factory.setup!(clusterAt(own.address), never);
        const [enqueue, dequeue, drain] = [
          (value: number): Invocation => ({ f: 'enqueue', value }),
          { f: 'dequeue', value: null },
          { f: 'drain', value: null },
        ] as const;
        const ok = (value: Value) => ({ type: 'ok', value });
        const delivery = (message: number, redelivered: boolean) => ({ message, redelivered });
        expect(await invokeAll(factory, own.address, dequeue, enqueue(1), enqueue(2), enqueue(3), dequeue, dequeue)).toEqual([
          ok(null),
          ok(1),
          ok(2),
          ok(3),
          ok(delivery(1, false)),
          ok(delivery(2, false)),
        ]);
        // the first was acknowledged by the operation that followed, the second given back when the client was closed
        const [drained, rest] = (await invokeAll(factory, own.address, drain, drain)) as { value: { message: number }[] }[];
        expect([...drained!.value].sort((a, b) => a.message - b.message)).toEqual([delivery(2, true), delivery(3, false)]);
        expect(rest).toEqual(ok([]));
      } finally {
        await own[Symbol.asyncDispose]();
      }
    });

    it('refuse what they do not know', async () => {
      await expect(all('set', { f: 'remove', value: 1 })).rejects.toThrow(/remove/);
      await expect(all('queue', { f: 'peek', value: null })).rejects.toThrow(/peek/);
    });
  });
});
