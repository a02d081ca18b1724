/** Real Redis (recipe: one server a node, all but the first its replicas, and nobody who promotes one). Runs wherever programs of the operating system run. */
import type { Capability, Cluster, System, Value } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { ClientRequest } from './client-factory.ts';
import { attached, rolesOf } from './members.ts';
import { type RedisOptions, redisOptions } from './options.ts';
import { REDIS_PORT } from './ports.ts';
import { type ProvisionedRedis, provisionRedis } from './provision.ts';
import { fixedRoute } from './routes.ts';
import { dataOf, serverProgram } from './server-program.ts';
import { workloadClients } from './workload-clients.ts';

const requestOf = ({ reads, wait }: RedisOptions): ClientRequest => ({ routing: fixedRoute, reads, wait });

export const redis: System<RedisOptions> = {
  name: 'redis',
  summary: 'real Redis, one server or a primary with replicas, from the PATH or the distribution',
  needs: ['exec', 'machine-files'] as Capability[],
  addressing: 'per-peer',
  options: redisOptions,
  faultModel: { crashes: 'none', powerLoss: 'all', clocks: 'any' },
  detectionMs: 2_000,
  provision: async (_options, signal): Promise<Value> => provisionRedis(signal),
  program(node, cluster, provisioned, options) {
    requireReplicas(cluster, options);
    const [primary] = cluster.nodes;
    return serverProgram({
      provisioned: provisioned as unknown as ProvisionedRedis,
      address: node.bindAddress(REDIS_PORT),
      data: dataOf(node),
      options,
      primary: primary === undefined || primary.id === node.id ? undefined : primary.peerAddress(REDIS_PORT, node.id),
    });
  },
  async ready(cluster, signal) {
    while (!(await attached(cluster, signal))) await cluster.clock.sleep(READY_PAUSE, signal);
  },
  clients: workloadClients(requestOf),
  settled: attached,
  roles: rolesOf,
};

/** Throws ORDEAL_BAD_OPTION. */
export function requireReplicas({ nodes }: Cluster, { wait, minReplicas, reads }: Pick<RedisOptions, 'wait' | 'minReplicas'> & Partial<RedisOptions>): void {
  const replicas = nodes.length - 1;
  const needed = Math.max(wait, minReplicas, reads === 'replica' ? 1 : 0);
  if (needed <= replicas) return;
  const where = needed === wait ? '--wait' : needed === minReplicas ? '--min-replicas' : '--reads';
  throw new OrdealError('ORDEAL_BAD_OPTION', {
    what: `${nodes.length} nodes have ${replicas} replicas, and this takes ${needed}`,
    where,
    remedy: `Use --nodes ${needed + 1} or more.`,
  });
}

const READY_PAUSE = 50_000_000 as Parameters<Cluster['clock']['sleep']>[0];
