/** Real NATS with JetStream (recipe: one server a node, one stream that several of them keep). Runs on this machine, wherever programs of the operating system run. */
import type { Capability, Cluster, System, Value } from '../../../harness/contracts/index.ts';
import { replicasOf } from './client-factory.ts';
import { allServe, rolesOf, streamIsGone, streamIsWhole } from './members.ts';
import { type NatsOptions, natsOptions } from './options.ts';
import { type ProvisionedNats, provisionNats } from './provision.ts';
import { queueClients } from './queue-client.ts';
import { memberProgram } from './server-program.ts';
import { setClients } from './set-client.ts';

export const nats: System<NatsOptions> = {
  name: 'nats',
  summary: 'real NATS with JetStream, one stream that the nodes replicate, from the PATH or the distribution',
  needs: ['exec', 'machine-files'] as Capability[],
  // servers tell each other where the others are
  addressing: 'advertise',
  options: natsOptions,
  // a majority has stored what is acknowledged; that none of them has synced it is what a loss of power shows
  faultModel: { crashes: 'minority', powerLoss: 'all', clocks: 'any' },
  // followers wait 4 to 9 s for a leader that is silent
  detectionMs: 9_000,
  // two elections, of the servers' leader and of the stream's, and a replica that copies what it has missed
  settleMs: 60_000,
  provision: async (_options, signal): Promise<Value> => provisionNats(signal),
  program: (node, cluster, provisioned) => memberProgram(node, cluster, provisioned as unknown as ProvisionedNats),
  async ready(cluster, signal) {
    while (!(await allServe(cluster, signal))) await cluster.clock.sleep(READY_PAUSE, signal);
  },
  clients: { set: setClients, queue: queueClients },
  async settled(cluster, signal, options) {
    return (await streamIsWhole(cluster, replicasOf(cluster, options), signal)) || (await streamIsGone(cluster, signal));
  },
  roles: rolesOf,
};

const READY_PAUSE = 100_000_000 as Parameters<Cluster['clock']['sleep']>[0];
