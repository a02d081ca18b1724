/** Real Redis Cluster (recipe: half of the servers are primaries, each of the others replicates one). Runs wherever programs of the operating system run. */
import type { Capability, Cluster, Node, Program, System, Value } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { ClientRequest } from './client-factory.ts';
import { makeCluster } from './cluster-bootstrap.ts';
import { clusterRoute } from './cluster-route.ts';
import { clusterIsWhole, clusterRolesOf } from './cluster-views.ts';
import { counterClients, registerClients, setClients, uniqueIdsClients } from './object-clients.ts';
import { type ClusterOptions, clusterOptions } from './options.ts';
import { BUS_PORT, REDIS_PORT } from './ports.ts';
import { type ProvisionedRedis, provisionRedis } from './provision.ts';
import { dataOf, serverProgram } from './server-program.ts';

/** Three primaries, so that two can elect, and a replica for each. */
const FEWEST_NODES = 6;

const requestOf = ({ wait }: ClusterOptions): ClientRequest => ({ routing: clusterRoute, reads: 'primary', wait });

export const redisCluster: System<ClusterOptions> = {
  name: 'redis-cluster',
  summary: 'real Redis Cluster, primaries that share the keys and a replica for each, from the PATH or the distribution',
  needs: ['exec', 'machine-files'] as Capability[],
  // one address for all peers: servers tell each other, and clients, where the others are
  addressing: 'advertise',
  options: clusterOptions,
  faultModel: { crashes: 'minority', powerLoss: 'none', clocks: 'any' },
  // cluster-node-timeout by its default here, and an election
  detectionMs: 4_000,
  // a primary that comes back copies everything from the one that was elected
  settleMs: 60_000,
  nodes: FEWEST_NODES,
  provision: async (_options, signal): Promise<Value> => provisionRedis(signal),
  program: (node, cluster, provisioned, options) => nodeProgram(node, cluster, provisioned as unknown as ProvisionedRedis, options),
  ready: makeCluster,
  // each of these asks for one key at a time
  clients: {
    register: (options) => registerClients(requestOf(options)),
    set: (options) => setClients(requestOf(options)),
    counter: (options) => counterClients(requestOf(options)),
    'unique-ids': (options) => uniqueIdsClients(requestOf(options)),
  },
  settled: clusterIsWhole,
  roles: clusterRolesOf,
};

/** Throws ORDEAL_BAD_OPTION. */
function nodeProgram(node: Node, { nodes }: Cluster, provisioned: ProvisionedRedis, options: ClusterOptions): Program {
  if (nodes.length < FEWEST_NODES)
    throw new OrdealError('ORDEAL_BAD_OPTION', {
      what: `${nodes.length} nodes are not three primaries with a replica each`,
      where: '--nodes',
      remedy: `Use --nodes ${FEWEST_NODES} or more.`,
    });
  return serverProgram({
    provisioned,
    address: node.bindAddress(REDIS_PORT),
    data: dataOf(node),
    options,
    cluster: {
      bus: node.bindAddress(BUS_PORT),
      announced: node.peerAddress(REDIS_PORT, node.id),
      announcedBus: node.peerAddress(BUS_PORT, node.id),
      nodeTimeoutMs: options.nodeTimeoutMs,
    },
  });
}
