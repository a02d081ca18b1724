import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Address, Call, Client, ClientFactory, Cluster, Invocation, Node, Outcome } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import type { QueueDelivery } from '../../../workloads/operations/queue.ts';
import { asExec } from '../conformance/advertised-cluster.ts';
import { type ClientSuite, clientSuite } from '../conformance/client-suite.ts';
import { clusterAt, invokeAll, nodeAt, type SingleServer, startSingleServer } from '../conformance/single-server.ts';
import { memberProgram } from './member-program.ts';
import { QUEUE } from './members.ts';
import { AMQP_PORT, CLUSTER_PORT, EPMD_PORT, MANAGEMENT_PORT } from './ports.ts';
import { type ProvisionedRabbitmq, provisionRabbitmq } from './provision.ts';
import { Session } from './session.ts';
import { rabbitmq } from './system.ts';

const never = new AbortController().signal;
const options = rabbitmq.options.parse({ queue: 'mirrored' });
const factory: ClientFactory = rabbitmq.clients['queue']!(options);

const { provisioned, reason } = await provisionRabbitmq(never).then(
  (found) => ({ provisioned: found, reason: undefined }),
  (error: unknown) => ({ provisioned: undefined, reason: messageOf(error) }),
);
const skipped = reason === undefined ? '' : ` (not run: ${reason})`;

/** One member at these addresses, with an empty queue. */
async function startRabbitmq(): Promise<SingleServer> {
  const others = await freePorts(2);
  return startSingleServer({
    name: 'rabbitmq',
    patience: ms(80_000),
    argv: (folder, client, peer) => {
      const ports: Readonly<Record<number, number>> = {
        [AMQP_PORT]: client.port,
        [CLUSTER_PORT]: peer.port,
        [EPMD_PORT]: others[0]!,
        [MANAGEMENT_PORT]: others[1]!,
      };
      const node = { id: 'n1', dataDir: folder, bindAddress: (port: number) => ({ host: '127.0.0.1', port: ports[port]! }) } as unknown as Node;
      const { argv, env } = asExec(memberProgram(node, { nodes: [node] } as unknown as Cluster, provisioned as ProvisionedRabbitmq, options));
      return ['env', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...argv];
    },
    serves: async (client) => {
      const session = await Session.open(client);
      await session.declare(QUEUE, 'classic');
      session.close();
      return true;
    },
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen({ host: '127.0.0.1', port: 0 }));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Clients that look into the queue and leave it as it is: what a client has not acknowledged is back when it is closed. */
const looking: ClientFactory = {
  ...factory,
  async open(node, signal): Promise<Client> {
    const client = await factory.open(node, signal);
    const look = async (call: Call): Promise<Outcome> => {
      const looker = await factory.open(node, call.signal);
      try {
        return await looker.invoke({ f: 'drain', value: null }, call);
      } finally {
        await looker.close();
      }
    };
    return { invoke: (op, call) => (op.f === 'look' ? look(call) : client.invoke(op, call)), close: () => client.close() };
  },
};

/** How a method frame names what it asks for: the class in two bytes, the method in two. */
const BASIC = [0, 60, 0];
const PUBLISH_OR_CONSUME = [40, 20];

const enqueue = (value: number): Invocation => ({ f: 'enqueue', value });
const dequeue: Invocation = { f: 'dequeue', value: null };
const drain: Invocation = { f: 'drain', value: null };

/** A broker takes long to start: both suites ask one. */
let server: SingleServer | undefined;

async function suite(): Promise<ClientSuite & AsyncDisposable> {
  server = await startRabbitmq();
  return {
    factory: looking,
    server: server.address,
    nodeAt,
    request: new RegExp(`${String.fromCharCode(...BASIC)}[${String.fromCharCode(...PUBLISH_OR_CONSUME)}]`, 'g'),
    write: enqueue,
    read: { f: 'look', value: null },
    shows: (read, number) => (read as QueueDelivery[]).some(({ message }) => message === number),
    requests: 'single',
    [Symbol.asyncDispose]: async () => {},
  };
}

describe.skipIf(provisioned === undefined)(`rabbitmq${skipped}`, () => {
  afterAll(() => server?.[Symbol.asyncDispose]());
  clientSuite('rabbitmq queue', suite);

  describe('clients of a real RabbitMQ', () => {
    let address: Address;
    beforeAll(async () => {
      ({ address } = server as SingleServer);
      // what the suite has left, acknowledged in the second
      await invokeAll(factory, address, drain, drain);
    });

    it('deliver what was enqueued, in its order, and say what was delivered before', async () => {
      const done = await invokeAll(factory, address, dequeue, enqueue(1), enqueue(2), enqueue(3), dequeue);
      expect(done.slice(0, 2)).toEqual([
        { type: 'ok', value: null },
        { type: 'ok', value: 1 },
      ]);
      expect(done.at(-1)).toEqual({ type: 'ok', value: { message: 1, redelivered: false } });
      // the first was not acknowledged before its client was closed
      const [first, second, third] = await invokeAll(factory, address, drain, drain, dequeue);
      const { value } = first as { value: readonly QueueDelivery[] };
      expect(value.map(({ message }) => message).sort()).toEqual([1, 2, 3]);
      expect(value.find(({ message }) => message === 1)).toEqual({ message: 1, redelivered: true });
      expect([second, third]).toEqual([
        { type: 'ok', value: [] },
        { type: 'ok', value: null },
      ]);
    });

    it('refuse to begin on a queue that is not empty', async () => {
      await invokeAll(factory, address, enqueue(4));
      await expect(factory.setup!(clusterAt(address), never)).rejects.toMatchObject({ code: 'ORDEAL_NOT_READY' });
    });

    it('fail what nobody would keep: a message for a queue that is not there', async () => {
      const session = await Session.open(address);
      await expect(session.publish('nowhere', 1)).rejects.toMatchObject({ effect: 'none', code: 'unroutable' });
      await expect(session.get('nowhere')).rejects.toMatchObject({ effect: 'none', code: 'amqp-404' });
      // the broker closed the channel for that; the connection goes on
      expect(await session.get(QUEUE)).toMatchObject({ message: 4 });
      session.close();
    });
  });
});
