/** raftkv as a system under test: how it starts, when it is ready, what it claims, who its clients are. */
import type { Capability, ModuleRef, Program, System, Value } from '../../../harness/contracts/index.ts';
import { entryUrl } from '../../../harness/entry/entry-url.ts';
import { ms } from '../../../harness/time/units.ts';
import { workloadClients } from './client/workload-clients.ts';
import { isSettled, rolesOf, statuses } from './control.ts';
import { raftkvMembership } from './membership.ts';
import { type RaftkvOptions, type RaftkvStart, raftkvOptions } from './options.ts';

const POLL = ms(50);

export const raftkv: System<RaftkvOptions> = {
  name: 'raftkv',
  summary: 'the embedded Raft key-value store, with seven switchable historical bugs',
  needs: ['node-program' as Capability],
  addressing: 'per-peer',
  options: raftkvOptions,
  faultModel: { crashes: 'minority', powerLoss: 'all', clocks: 'any' },
  // followers notice a silent leader within the longest election time-out, a deaf leader steps down after quorumMs
  detectionMs: 650,

  async provision() {
    return null;
  },

  program: (_node, _cluster, _provisioned, options) => programOf({ ...options, life: 1 }),

  async ready(cluster, signal) {
    while (!isSettled(await statuses(cluster, signal))) await cluster.clock.sleep(POLL, signal);
  },

  clients: workloadClients,

  async settled(cluster, signal) {
    return isSettled(await statuses(cluster, signal));
  },

  async roles(cluster, signal) {
    return rolesOf(cluster.nodes, await statuses(cluster, signal));
  },

  membership: raftkvMembership(programOf),
};

function programOf(options: RaftkvStart): Program {
  const module: ModuleRef = { url: entryUrl(import.meta.url, './program').href, name: 'raftkvProgram', options: options as unknown as Value };
  return { kind: 'node', module };
}
