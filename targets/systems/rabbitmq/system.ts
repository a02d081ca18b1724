/** Real RabbitMQ (recipe: one member a node, the driver `amqplib` for clients). Members know each other by address, so on `netns` alone. */
import type { Capability, Cluster, System, Value } from '../../../harness/contracts/index.ts';
import { mirrorToAll } from './management.ts';
import { memberProgram } from './member-program.ts';
import { allInSync, allRunning, allServe, rolesOf } from './members.ts';
import { type RabbitmqOptions, rabbitmqOptions } from './options.ts';
import { type ProvisionedRabbitmq, provisionRabbitmq } from './provision.ts';
import { queueClients } from './queue-client.ts';

export const rabbitmq: System<RabbitmqOptions> = {
  name: 'rabbitmq',
  summary: 'real RabbitMQ, from the distribution’s package',
  needs: ['exec', 'machine-files'] as Capability[],
  // a member is called rabbit@ADDRESS, and is reached at that address
  addressing: 'fixed',
  options: rabbitmqOptions,
  faultModel: { crashes: 'minority', powerLoss: 'minority', clocks: 'any' },
  // net_ticktime and a quarter, by its default here, and the time in which what is left of a mirrored queue confirms again
  detectionMs: 7_000,
  // members that autoheal restarts: one after the other, when several windows of a fault have left several halves
  settleMs: 90_000,
  provision: async (_options, signal): Promise<Value> => provisionRabbitmq(signal),
  program: (node, cluster, provisioned, options) => memberProgram(node, cluster, provisioned as unknown as ProvisionedRabbitmq, options),
  async ready(cluster, signal, { queue }) {
    while (!((await allRunning(cluster, signal)) && (await allServe(cluster, signal)))) await cluster.clock.sleep(READY_PAUSE, signal);
    const [node] = cluster.nodes;
    if (node !== undefined && queue === 'mirrored') await mirrorToAll(node, signal);
  },
  clients: { queue: queueClients },
  async settled(cluster, signal, options) {
    // between its decision and the stop of a member that it restarts, autoheal shows a cluster that is whole
    for (let times = 0; times < SETTLED_TIMES; times++) {
      if (times > 0) await cluster.clock.sleep(SETTLED_PAUSE, signal);
      if (!(await isWhole(cluster, signal, options))) return false;
    }
    return true;
  },
  roles: rolesOf,
};

async function isWhole(cluster: Cluster, signal: AbortSignal, options: RabbitmqOptions): Promise<boolean> {
  return (await allRunning(cluster, signal)) && (await allServe(cluster, signal)) && (await allInSync(cluster, options, signal).catch(() => false));
}

const SETTLED_TIMES = 8;
const SETTLED_PAUSE = 700_000_000 as Parameters<Cluster['clock']['sleep']>[0];
const READY_PAUSE = 200_000_000 as Parameters<Cluster['clock']['sleep']>[0];
