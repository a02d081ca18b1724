/**
 * The session client repeats: that is raftkv's protocol (rule 5), and a repeat carries the session and number of the
 * first attempt. So requests are not counted here, but everything that is told of an operation must still be so.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address, ClientFactory, Cluster, Node } from '../../../../harness/contracts/index.ts';
import { createRng } from '../../../../harness/random/rng.ts';
import { FramedChannel } from '../../../hosts/process/framed-channel.ts';
import { processHost } from '../../../hosts/process/host.ts';
import { REQUEST_PORT } from '../../../hosts/process/wire-protocol.ts';
import { type ClientSuite, clientSuite } from '../../conformance/client-suite.ts';
import { raftkv } from '../system.ts';

const options = raftkv.options.parse({});
const never = new AbortController().signal;

clientSuite('raftkv register', async (): Promise<ClientSuite & AsyncDisposable> => {
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-raftkv-client-'));
  const request = { nodes: 1, instrument: new Set<never>(), options: processHost.options.parse({}), rng: createRng(1), folder, signal: never };
  const cluster = await processHost.open({ ...request, runId: `client-${process.pid}` });
  for (const node of cluster.nodes) await node.start(raftkv.program(node, cluster, null, options));
  await raftkv.ready(cluster, never, options);
  const nodeAt = (address: Address): Node => ({ id: 'n1', channel: () => new FramedChannel(address, 'client') }) as unknown as Node;
  const register = (): ClientFactory => raftkv.clients['register']!(options);
  return {
    factory: {
      // each client knows the whole cluster: one node, behind its own address
      async open(node, signal) {
        const factory = register();
        await factory.setup?.({ nodes: [node], clock: cluster.clock } as unknown as Cluster, signal);
        return factory.open(node, signal);
      },
      classify: (error) => register().classify(error),
    },
    server: cluster.nodes[0]!.address(REQUEST_PORT, 'clients'),
    nodeAt,
    request: /"type":"command"/g,
    write: (number) => ({ f: 'write', key: 'x', value: number }),
    read: { f: 'read', key: 'x', value: null },
    shows: (read, number) => read === number,
    requests: 'session',
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
});
