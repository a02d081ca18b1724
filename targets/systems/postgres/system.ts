/** Real PostgreSQL (recipe: one server a node, the driver `pg` for clients). Runs wherever programs of the operating system run. */
import { join } from 'node:path';
import type { Capability, Cluster, Node, System, Value } from '../../../harness/contracts/index.ts';

import { bankClients } from './bank-client.ts';
import { type PostgresOptions, postgresOptions } from './options.ts';
import { SQL_PORT } from './ports.ts';
import { type ProvisionedPostgres, provisionPostgres } from './provision.ts';
import { serverProgram } from './server-program.ts';
import { Session } from './session.ts';
import { listAppendClients, rwRegisterClients } from './transaction-clients.ts';

export const postgres: System<PostgresOptions> = {
  name: 'postgres',
  summary: 'real PostgreSQL, from the PATH or the distribution',
  needs: ['exec' as Capability],
  addressing: 'per-peer',
  options: postgresOptions,
  faultModel: { crashes: 'none', powerLoss: 'all', clocks: 'any' },
  detectionMs: 2_000,
  provision: async (_options, signal): Promise<Value> => provisionPostgres(signal),
  program: (node, _cluster, provisioned) =>
    serverProgram({
      provisioned: provisioned as unknown as ProvisionedPostgres,
      address: node.bindAddress(SQL_PORT),
      data: join(node.dataDir, 'postgres'),
    }),
  async ready(cluster, signal) {
    while (!(await allServe(cluster, signal))) await cluster.clock.sleep(READY_PAUSE, signal);
  },
  clients: {
    'list-append': listAppendClients,
    'rw-register': rwRegisterClients,
    'write-skew': listAppendClients,
    'long-fork': listAppendClients,
    bank: bankClients,
  },
  settled: allServe,
};

const READY_PAUSE = 50_000_000 as Parameters<Cluster['clock']['sleep']>[0];

/** All servers answer a query. */
async function allServe(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const answers = await Promise.all(cluster.nodes.map((node) => serves(node, signal).catch(() => false)));
  return answers.every(Boolean);
}

async function serves(node: Node, signal: AbortSignal): Promise<boolean> {
  const session = await Session.open(node.address(SQL_PORT, 'control'), signal);
  try {
    const [answer] = await session.ask(['SELECT 1'], 'open', signal);
    return answer?.rows[0]?.[0] === 1;
  } finally {
    session.close();
  }
}
