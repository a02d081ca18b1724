/** Real etcd (recipe: one member a node, the gRPC-JSON gateway for clients). Runs wherever programs of the operating system run. */
import type { Capability, Cluster, Node, NodeId, Program, System, Value } from '../../../harness/contracts/index.ts';
import { findBinary } from '../../provision/find-binary.ts';
import { electionClients } from './election-client.ts';
import { lockClients } from './lock-client.ts';
import { allHealthy, memberStatuses } from './members.ts';
import { dataFolderIn, type EtcdLife, etcdMembership, peerUrl } from './membership.ts';
import { type EtcdOptions, etcdOptions } from './options.ts';
import { CLIENT_PORT, PEER_PORT } from './ports.ts';
import { registerClients } from './register-client.ts';
import { semaphoreClients } from './semaphore-client.ts';
import { setClients } from './set-client.ts';
import { uniqueIdsClients } from './unique-ids-client.ts';
import { watchClients } from './watch-client.ts';

interface ProvisionedEtcd {
  readonly etcd: string;
}

export const etcd: System<EtcdOptions> = {
  name: 'etcd',
  summary: 'real etcd, from the PATH or the distribution',
  needs: ['exec' as Capability],
  addressing: 'advertise',
  options: etcdOptions,
  faultModel: { crashes: 'minority', powerLoss: 'all', clocks: 'any' },
  detectionMs: 2_000,
  async provision(_options, signal): Promise<Value> {
    const found = await findBinary(
      { binary: 'etcd', source: { distribution: 'etcd-server' }, versionArguments: ['--version'], versionPattern: /etcd Version: (\S+)/ },
      signal,
    );
    return { etcd: found.path, version: found.version, from: found.from };
  },
  program: (node, cluster, provisioned, given) =>
    etcdProgram(node, cluster, provisioned, given, { folder: dataFolderIn(node, 1), joins: 'new', members: cluster.nodes }),
  async ready(cluster, signal) {
    while (!(await allHealthy(cluster, signal))) await cluster.clock.sleep(READY_PAUSE, signal);
  },
  clients: {
    register: registerClients,
    set: setClients,
    'unique-ids': uniqueIdsClients,
    lock: lockClients,
    watch: watchClients,
    semaphore: semaphoreClients,
    'leader-election': electionClients,
  },
  async settled(cluster, signal) {
    if (!(await allHealthy(cluster, signal))) return false;
    const statuses = await memberStatuses(cluster, signal);
    const applied = statuses.map((status) => status.raftAppliedIndex);
    // linearizable reads wait for what they must; a member hundreds of entries behind is still catching up
    return new Set(statuses.map((status) => status.leader)).size === 1 && Math.max(...applied) - Math.min(...applied) < CAUGHT_UP_ENTRIES;
  },
  async roles(cluster, signal) {
    const statuses = await memberStatuses(cluster, signal);
    const newestTerm = Math.max(0, ...statuses.map((status) => status.raftTerm));
    const roles = new Map<NodeId, 'primary' | 'follower' | 'unknown'>(cluster.nodes.map((node) => [node.id, 'unknown']));
    for (const status of statuses) roles.set(status.node, status.leader === status.memberId && status.raftTerm === newestTerm ? 'primary' : 'follower');
    return roles;
  },
  membership: etcdMembership(etcdProgram),
};

const READY_PAUSE = 50_000_000 as Parameters<Cluster['clock']['sleep']>[0];
const CAUGHT_UP_ENTRIES = 10;

function etcdProgram(node: Node, cluster: Cluster, provisioned: Value, given: EtcdOptions, life: EtcdLife): Program {
  const { etcd: binary } = provisioned as unknown as ProvisionedEtcd;
  const url = ({ host, port }: { readonly host: string; readonly port: number }): string => `http://${host}:${port}`;
  const bindsClients = url(node.bindAddress(CLIENT_PORT));
  return {
    kind: 'exec',
    argv: [
      binary,
      ...['--name', node.id],
      ...['--data-dir', life.folder],
      ...['--listen-peer-urls', url(node.bindAddress(PEER_PORT))],
      ...['--initial-advertise-peer-urls', peerUrl(node)],
      ...['--listen-client-urls', bindsClients],
      ...['--advertise-client-urls', bindsClients],
      ...['--initial-cluster', life.members.map((member) => `${member.id}=${peerUrl(member)}`).join(',')],
      ...['--initial-cluster-state', life.joins],
      ...['--initial-cluster-token', `ordeal-${cluster.nodes.map(peerUrl).join('-').replaceAll(/\W+/g, '-')}`],
      ...['--heartbeat-interval', String(given.heartbeatMs)],
      ...['--election-timeout', String(given.electionMs)],
      '--enable-v2=false',
      ...['--logger', 'zap', '--log-outputs', 'stderr'],
    ],
    env: {},
    ports: [CLIENT_PORT, PEER_PORT],
  };
}
