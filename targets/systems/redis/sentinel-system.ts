/** Real Redis with Sentinel (recipe: a server and a sentinel a node; sentinels decide who is primary). Runs wherever programs of the operating system run. */
import type { Capability, Cluster, Node, Program, System, Value } from '../../../harness/contracts/index.ts';
import type { ClientRequest } from './client-factory.ts';
import { type SentinelOptions, sentinelOptions } from './options.ts';
import { REDIS_PORT, SENTINEL_PORT } from './ports.ts';
import { type ProvisionedRedis, provisionRedis } from './provision.ts';
import { sentinelRoute } from './sentinel-route.ts';
import { guarded, namedRolesOf } from './sentinels.ts';
import { dataOf, serverProgram } from './server-program.ts';
import { requireReplicas } from './system.ts';
import { workloadClients } from './workload-clients.ts';

const requestOf = ({ wait }: SentinelOptions): ClientRequest => ({ routing: sentinelRoute, reads: 'primary', wait });

export const redisSentinel: System<SentinelOptions> = {
  name: 'redis-sentinel',
  summary: 'real Redis with Sentinel, a server and a sentinel on each node, from the PATH or the distribution',
  needs: ['exec', 'machine-files'] as Capability[],
  // one address for all peers: sentinels tell each other, and replicas, where the primary is
  addressing: 'advertise',
  options: sentinelOptions,
  faultModel: { crashes: 'minority', powerLoss: 'none', clocks: 'any' },
  // down-after-milliseconds by its default here, an election, and the replicas' turning to the new primary
  detectionMs: 4_000,
  // a primary that comes back serves on until it is told otherwise, then copies everything from the new one
  settleMs: 60_000,
  provision: async (_options, signal): Promise<Value> => provisionRedis(signal),
  program: (node, cluster, provisioned, options) => nodeProgram(node, cluster, provisioned as unknown as ProvisionedRedis, options),
  async ready(cluster, signal) {
    while (!(await guarded(cluster, signal))) await cluster.clock.sleep(READY_PAUSE, signal);
  },
  clients: workloadClients(requestOf),
  settled: guarded,
  roles: namedRolesOf,
};

const READY_PAUSE = 100_000_000 as Parameters<Cluster['clock']['sleep']>[0];

function nodeProgram(node: Node, cluster: Cluster, provisioned: ProvisionedRedis, options: SentinelOptions): Program {
  requireReplicas(cluster, options);
  const announcedBy = (member: Node, port: number): ReturnType<Node['peerAddress']> => member.peerAddress(port, member.id);
  const [first] = cluster.nodes;
  const primary = announcedBy(first ?? node, REDIS_PORT);
  return serverProgram({
    provisioned,
    address: node.bindAddress(REDIS_PORT),
    data: dataOf(node),
    options,
    announced: announcedBy(node, REDIS_PORT),
    primary: node.id === first?.id ? undefined : primary,
    sentinel: {
      address: node.bindAddress(SENTINEL_PORT),
      announced: announcedBy(node, SENTINEL_PORT),
      primary,
      replicas: cluster.nodes.slice(1).map((member) => announcedBy(member, REDIS_PORT)),
      quorum: Math.floor(cluster.nodes.length / 2) + 1,
      downAfterMs: options.downAfterMs,
    },
  });
}
