/** Real ZooKeeper (recipe: one server a node, of which one leads). Runs on this machine: it takes Java and many files. */
import type { Capability, Cluster, NodeId, System, Value } from '../../../harness/contracts/index.ts';
import { electionClients } from './election-client.ts';
import { lockClients } from './lock-client.ts';
import { allCaughtUp, allServe, membersOf } from './members.ts';
import { setClients, uniqueIdsClients } from './object-clients.ts';
import { type ZookeeperOptions, zookeeperOptions } from './options.ts';
import { type ProvisionedZookeeper, provisionZookeeper } from './provision.ts';
import { registerClients } from './register-client.ts';
import { memberProgram } from './server-program.ts';

export const zookeeper: System<ZookeeperOptions> = {
  name: 'zookeeper',
  summary: 'real ZooKeeper, from the distribution, on the Java of the PATH',
  needs: ['exec', 'machine-files'] as Capability[],
  addressing: 'per-peer',
  options: zookeeperOptions,
  faultModel: { crashes: 'minority', powerLoss: 'all', clocks: 'any' },
  detectionMs: 2_500,
  provision: async (_options, signal): Promise<Value> => provisionZookeeper(signal),
  program: (node, cluster, provisioned) => memberProgram(node, cluster, provisioned as unknown as ProvisionedZookeeper),
  async ready(cluster, signal) {
    while (!(await allServe(cluster, signal))) await cluster.clock.sleep(READY_PAUSE, signal);
  },
  clients: { register: registerClients, set: setClients, 'unique-ids': uniqueIdsClients, lock: lockClients, 'leader-election': electionClients },
  settled: allCaughtUp,
  async roles(cluster, signal) {
    const roles = new Map<NodeId, 'primary' | 'follower' | 'unknown'>(cluster.nodes.map(({ id }) => [id, 'unknown']));
    for (const { node, mode } of await membersOf(cluster, signal)) roles.set(node, mode === 'follower' ? 'follower' : 'primary');
    return roles;
  },
};

const READY_PAUSE = 100_000_000 as Parameters<Cluster['clock']['sleep']>[0];
