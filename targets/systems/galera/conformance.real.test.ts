import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientFactory, Invocation, Value } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { type ClientSuite, clientSuite } from '../conformance/client-suite.ts';
import { clusterAt, invokeAll, nodeAt, type SingleServer, startSingleServer } from '../conformance/single-server.ts';
import { memberProgram } from './member-program.ts';
import { type ProvisionedGalera, provisionGalera } from './provision.ts';
import { Session } from './session.ts';
import { galera } from './system.ts';

const never = new AbortController().signal;
const KEY = 1_000_000;

const { provisioned, reason } = await provisionGalera(never).then(
  (found) => ({ provisioned: found, reason: undefined }),
  (error: unknown) => ({ provisioned: undefined, reason: messageOf(error) }),
);
const skipped = reason === undefined ? '' : ` (not run: ${reason})`;

/** A group of one. */
const startGalera = (): Promise<SingleServer> =>
  startSingleServer({
    name: 'galera',
    argv: (folder, clients, peer) => {
      const { argv, env } = memberProgram({ provisioned: provisioned as ProvisionedGalera, folder, clients, group: [peer], self: 0 });
      return ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...argv];
    },
    serves: async (client) => {
      const session = await Session.open(client);
      try {
        return (await session.ask(['SELECT 1'], 'open'))[0]?.[0]?.[0] === 1;
      } finally {
        session.close();
      }
    },
  });

const factoryOf = (workload: string, given: object = {}): ClientFactory => galera.clients[workload]!(galera.options.parse(given));

const txn = (...value: readonly Value[]): Invocation => ({ f: 'txn', value });
/** The suite's numbers may be halves, lists have integers. */
const element = (number: number): number => number * 2;

describe.skipIf(provisioned === undefined)(`galera${skipped}`, () => {
  let server: SingleServer;
  beforeAll(async () => {
    server = await startGalera();
    await factoryOf('list-append').setup!(clusterAt(server.address), never);
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  clientSuite(
    'galera list-append',
    async (): Promise<ClientSuite & AsyncDisposable> => ({
      factory: factoryOf('list-append'),
      server: server.address,
      nodeAt,
      request: /COMMIT/g,
      requests: 'single',
      write: (number) => txn(['append', KEY, element(number)]),
      read: txn(['r', KEY, null]),
      shows: (read, number) => (read as [[string, number, number[]]])[0][2].includes(element(number)),
      [Symbol.asyncDispose]: async () => {},
    }),
  );

  it.each(['read-committed', 'repeatable-read', 'serializable'])(
    'clients do all micro-operations of a transaction in their order, at %s',
    async (isolation) => {
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
    },
  );

  it('a session that failed is outside of a transaction', async () => {
    const factory = factoryOf('list-append');
    const client = await factory.open(nodeAt(server.address), never);
    const call = { deadline: 0 as never, signal: never, observe: () => {} };
    // a key that is no integer of 32 bits is refused by the server
    await expect(client.invoke(txn(['append', 5, 1], ['append', 2 ** 40, 1]), call)).rejects.toMatchObject({ errno: 1264 });
    expect(await client.invoke(txn(['r', 5, null]), call)).toEqual({ type: 'ok', value: [['r', 5, []]] });
    await client.close();
  });

  it('refuses to begin on a table that is not empty', async () => {
    await expect(factoryOf('list-append').setup!(clusterAt(server.address), never)).rejects.toMatchObject({ code: 'ORDEAL_NOT_READY' });
  });
});
