import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientFactory, Invocation, Value } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { type ClientSuite, clientSuite } from '../conformance/client-suite.ts';
import { clusterAt, invokeAll, nodeAt, type SingleServer, startSingleServer } from '../conformance/single-server.ts';
import { type ProvisionedPostgres, provisionPostgres } from './provision.ts';
import { serverProgram } from './server-program.ts';
import { Session } from './session.ts';
import { postgres } from './system.ts';

const never = new AbortController().signal;
const KEY = 1_000_000;

const { provisioned, reason } = await provisionPostgres(never).then(
  (found) => ({ provisioned: found, reason: undefined }),
  (error: unknown) => ({ provisioned: undefined, reason: messageOf(error) }),
);
const skipped = reason === undefined ? '' : ` (not run: ${reason})`;

const startPostgres = (): Promise<SingleServer> =>
  startSingleServer({
    name: 'postgres',
    argv: (folder, client) => {
      const { argv } = serverProgram({ provisioned: provisioned as ProvisionedPostgres, address: client, data: `${folder}/data` });
      return argv as [string, ...string[]];
    },
    serves: async (client) => {
      (await Session.open(client)).close();
      return true;
    },
  });

const factoryOf = (workload: string, given: object = {}): ClientFactory => postgres.clients[workload]!(postgres.options.parse(given));

const suiteOn = async (workload: string, of: Pick<ClientSuite, 'write' | 'read' | 'shows'>): Promise<ClientSuite & AsyncDisposable> => {
  const server = await startPostgres();
  const factory = factoryOf(workload);
  await factory.setup!(clusterAt(server.address), never);
  return { ...of, factory, server: server.address, nodeAt, request: /COMMIT/g, requests: 'single', [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
};

const txn = (...value: readonly Value[]): Invocation => ({ f: 'txn', value });
/** The suite's numbers may be halves, lists have integers. */
const element = (number: number): number => number * 2;

describe.skipIf(provisioned === undefined)(`postgres${skipped}`, () => {
  clientSuite('postgres list-append', () =>
    suiteOn('list-append', {
      write: (number) => txn(['append', KEY, element(number)]),
      read: txn(['r', KEY, null]),
      shows: (read, number) => (read as [[string, number, number[]]])[0][2].includes(element(number)),
    }),
  );

  describe('clients of a real PostgreSQL', () => {
    let server: SingleServer;
    beforeAll(async () => {
      server = await startPostgres();
      await factoryOf('list-append').setup!(clusterAt(server.address), never);
    });
    afterAll(() => server?.[Symbol.asyncDispose]());

    it.each(['read-committed', 'repeatable-read', 'serializable'])('do all micro-operations of a transaction in their order, at %s', async (isolation) => {
      const key = isolation.length;
      const done = await invokeAll(
        factoryOf('list-append', { isolation }),
        server.address,
        txn(['r', key, null], ['append', key, 1], ['r', key, null]),
        txn(['append', key, 2], ['append', key, 3]),
        txn(['r', key, null]),
      );
      expect(done).toEqual([
        {
          type: 'ok',
          value: [
            ['r', key, []],
            ['append', key, 1],
            ['r', key, [1]],
          ],
        },
        {
          type: 'ok',
          value: [
            ['append', key, 2],
            ['append', key, 3],
          ],
        },
        { type: 'ok', value: [['r', key, [1, 2, 3]]] },
      ]);
    });

    it('leave a session that failed outside of a transaction', async () => {
      const factory = factoryOf('list-append');
      const client = await factory.open(nodeAt(server.address), never);
      const call = { deadline: 0 as never, signal: never, observe: () => {} };
      // an element that is no integer of 32 bits is refused by the server
      await expect(client.invoke(txn(['append', 5, 2 ** 40], ['r', 5, null]), call)).rejects.toMatchObject({ sqlState: '22003' });
      expect(await client.invoke(txn(['r', 5, null]), call)).toEqual({ type: 'ok', value: [['r', 5, []]] });
      await client.close();
    });

    it('look for rows, and fail where there is none to change', async () => {
      const factory = factoryOf('predicate', { isolation: 'repeatable-read' });
      await factory.setup!(clusterAt(server.address), never);
      const done = await invokeAll(
        factory,
        server.address,
        txn(['insert', 1, 70], ['insert', 2, 6], ['rp', ['=', 6], null], ['r', 3, null]),
        txn(['w', 2, 7], ['rp', ['mod', 64, 6], null], ['delete', 1], ['rp', 'true', null]),
      );
      expect(done).toEqual([
        {
          type: 'ok',
          value: [
            ['insert', 1, 70],
            ['insert', 2, 6],
            ['rp', ['=', 6], [[2, 6]]],
            ['r', 3, null],
          ],
        },
        {
          type: 'ok',
          value: [
            ['w', 2, 7],
            ['rp', ['mod', 64, 6], [[1, 70]]],
            ['delete', 1],
            ['rp', 'true', [[2, 7]]],
          ],
        },
      ]);
      const client = await factory.open(nodeAt(server.address), never);
      const call = { deadline: 0 as never, signal: never, observe: () => {} };
      await expect(client.invoke(txn(['w', 9, 1]), call)).rejects.toMatchObject({ sqlState: '22012' });
      await expect(client.invoke(txn(['delete', 9]), call)).rejects.toMatchObject({ sqlState: '22012' });
      await expect(client.invoke(txn(['insert', 2, 1]), call)).rejects.toMatchObject({ sqlState: '23505' });
      await client.close();
    });

    it('refuse to begin on a table that is not empty', async () => {
      await expect(factoryOf('list-append').setup!(clusterAt(server.address), never)).rejects.toMatchObject({ code: 'ORDEAL_NOT_READY' });
    });
  });
});
