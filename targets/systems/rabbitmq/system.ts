/** Real RabbitMQ (recipe: one member a node, the driver `amqplib` for clients). Members know each other by address, so on `netns` alone. */
import type { Capability, Cluster, System, Value } from '../../../harness/contracts/index.ts';
import { mirrorToAll } from './management.ts';
import { memberProgram } from './member-program.ts';
import { allInSync, allRunning, rolesOf } from './members.ts';
import { type RabbitmqOptions, rabbitmqOptions } from './options.ts';
import { type ProvisionedRabbitmq, provisionRabbitmq } from './provision.ts';
import { queueClients } from './queue-client.ts';

export const rabbitmq: System<RabbitmqOptions> = {
  name: 'rabbitmq',
  summary: 'real RabbitMQ, from the distribution’s package',
  needs: ['exec' as Capability],
  // a member is called rabbit@ADDRESS, and is reached at that address
  addressing: 'fixed',
  options: rabbitmqOptions,
  faultModel: { crashes: 'minority', powerLoss: 'minority', clocks: 'any' },
  // net_ticktime and a quarter, by its default here
  detectionMs: 5_000,
  provision: async (_options, signal): Promise<Value> => provisionRabbitmq(signal),
  program: (node, cluster, provisioned, options) => memberProgram(node, cluster, provisioned as unknown as ProvisionedRabbitmq, options),
  async ready(cluster, signal, { queue }) {
    while (!(await allRunning(cluster, signal))) await cluster.clock.sleep(READY_PAUSE, signal);
    const [node] = cluster.nodes;
    if (node !== undefined && queue === 'mirrored') await mirrorToAll(node, signal);
  },
  clients: { queue: queueClients },
  settled: async (cluster, signal, options) => (await allRunning(cluster, signal)) && (await allInSync(cluster, options, signal).catch(() => false)),
  roles: rolesOf,
};

const READY_PAUSE = 200_000_000 as Parameters<Cluster['clock']['sleep']>[0];
