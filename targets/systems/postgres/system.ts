/** Real PostgreSQL (recipe: one server a node, all but one of them standbys, the driver `pg` for clients). Runs wherever programs of the operating system run. */
import type { Capability, Cluster, NodeId, System, Value } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { bankClients } from './bank-client.ts';
import { attached, membersOf } from './members.ts';
import { type PostgresOptions, postgresOptions } from './options.ts';
import { SQL_PORT } from './ports.ts';
import { createPromotions } from './promotions.ts';
import { type ProvisionedPostgres, provisionPostgres, requireBasebackup } from './provision.ts';
import { followingOf } from './replication.ts';
import { rowClients } from './row-clients.ts';
import { dataOf, serverProgram } from './server-program.ts';
import { registerClients, setClients } from './single-object-clients.ts';
import { listAppendClients, rwRegisterClients } from './transaction-clients.ts';

export const postgres: System<PostgresOptions> = {
  name: 'postgres',
  summary: 'real PostgreSQL, from the PATH or the distribution',
  needs: ['exec', 'machine-files'] as Capability[],
  addressing: 'per-peer',
  options: postgresOptions,
  faultModel: { crashes: 'none', powerLoss: 'all', clocks: 'any' },
  detectionMs: 2_000,
  provision: async (_options, signal): Promise<Value> => provisionPostgres(signal),
  program(node, cluster, found, { replication, reads }) {
    const provisioned = found as unknown as ProvisionedPostgres;
    const following = followingOf(node, cluster, replication);
    if (following) requireBasebackup(provisioned);
    else if (reads === 'standby') throw noStandby();
    return serverProgram({ provisioned, address: node.bindAddress(SQL_PORT), data: dataOf(node), following });
  },
  async ready(cluster, signal) {
    while (!(await attached(cluster, signal))) await cluster.clock.sleep(READY_PAUSE, signal);
  },
  clients: {
    'list-append': listAppendClients,
    'rw-register': rwRegisterClients,
    'write-skew': listAppendClients,
    predicate: rowClients,
    'long-fork': listAppendClients,
    bank: bankClients,
    register: registerClients,
    set: setClients,
  },
  settled: attached,
  promotions: createPromotions,
  async roles({ nodes }, signal) {
    const roles = new Map<NodeId, 'primary' | 'follower' | 'unknown'>(nodes.map(({ id }) => [id, 'unknown']));
    for (const { node, role } of await membersOf(nodes, signal)) roles.set(node.id, role === 'primary' ? 'primary' : 'follower');
    return roles;
  },
};

function noStandby(): OrdealError {
  return new OrdealError('ORDEAL_BAD_OPTION', {
    what: 'a single node has no standby to read from',
    where: '--reads',
    value: 'standby',
    remedy: 'Use --nodes 2 or more.',
  });
}

const READY_PAUSE = 50_000_000 as Parameters<Cluster['clock']['sleep']>[0];
