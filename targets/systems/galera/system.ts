/** Real MariaDB with Galera (recipe: one member a node, the driver `mysql2` for clients). Members know each other by address, so on `netns` alone. */
import type { Capability, Cluster, System, Value } from '../../../harness/contracts/index.ts';
import { bankClients } from './bank-client.ts';
import { memberProgram } from './member-program.ts';
import { allEqual, allSynced, rolesOf } from './members.ts';
import { type GaleraOptions, galeraOptions } from './options.ts';
import { GROUP_PORT, SQL_PORT } from './ports.ts';
import { type ProvisionedGalera, provisionGalera } from './provision.ts';
import { registerClients, setClients } from './single-object-clients.ts';
import { listAppendClients, rwRegisterClients } from './transaction-clients.ts';

export const galera: System<GaleraOptions> = {
  name: 'galera',
  summary: 'real MariaDB with Galera, every node a primary, from the PATH or the distribution',
  needs: ['exec', 'machine-files'] as Capability[],
  // members pass on the addresses that they see the others connect from, and go around whatever stands between
  addressing: 'fixed',
  options: galeraOptions,
  faultModel: { crashes: 'minority', powerLoss: 'minority', clocks: 'any' },
  detectionMs: 4_000,
  // a member that comes back is given what it missed, or a copy of everything
  settleMs: 60_000,
  provision: async (_options, signal): Promise<Value> => provisionGalera(signal),
  program: (node, { nodes }, provisioned) =>
    memberProgram({
      provisioned: provisioned as unknown as ProvisionedGalera,
      folder: node.dataDir,
      clients: node.bindAddress(SQL_PORT),
      group: nodes.map((member) => member.bindAddress(GROUP_PORT)),
      self: nodes.findIndex(({ id }) => id === node.id),
    }),
  async ready(cluster, signal) {
    while (!(await allSynced(cluster, signal))) await cluster.clock.sleep(READY_PAUSE, signal);
  },
  clients: {
    'list-append': listAppendClients,
    'rw-register': rwRegisterClients,
    'write-skew': listAppendClients,
    'long-fork': listAppendClients,
    bank: bankClients,
    register: registerClients,
    set: setClients,
  },
  settled: allEqual,
  roles: rolesOf,
};

const READY_PAUSE = 100_000_000 as Parameters<Cluster['clock']['sleep']>[0];
