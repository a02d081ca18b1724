/** What the members say of themselves over the control position. */
import type { Cluster, Node, NodeId } from '../../../harness/contracts/index.ts';
import { SQL_PORT } from './ports.ts';
import { Session } from './session.ts';

export interface Member {
  readonly node: Node;
  /** How many members it sees in its component. */
  readonly size: number;
  /** `Synced` once it has caught up with the group. */
  readonly state: string;
  /** Whether its component has a majority: only then it takes statements. */
  readonly primary: boolean;
  /** The number of the last write-set that it has committed. */
  readonly committed: number;
}

const STATUS = 'SHOW GLOBAL STATUS LIKE "wsrep\\_%"';

/** Does `work` in a session of its own. */
export async function inSession<T>(node: Node, signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await Session.open(node.address(SQL_PORT, 'control'), signal);
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

/** Those that answer, in the order of the nodes. */
export async function membersOf(nodes: readonly Node[], signal: AbortSignal): Promise<readonly Member[]> {
  const asked = nodes.map((node) => inSession(node, signal, (session) => memberOf(node, session, signal)).catch(() => undefined));
  return (await Promise.all(asked)).filter((member) => member !== undefined);
}

async function memberOf(node: Node, session: Session, signal: AbortSignal): Promise<Member> {
  const [rows] = await session.ask([STATUS], 'open', signal);
  const status = new Map(rows?.map(([name, value]) => [name, String(value)]));
  return {
    node,
    size: Number(status.get('wsrep_cluster_size')),
    state: status.get('wsrep_local_state_comment') ?? '',
    primary: status.get('wsrep_cluster_status') === 'Primary' && status.get('wsrep_ready') === 'ON',
    committed: Number(status.get('wsrep_last_committed')),
  };
}

/** Every member answers, sees every other, has caught up with the group and takes statements. */
export async function allSynced({ nodes }: Cluster, signal: AbortSignal): Promise<boolean> {
  return areSynced(nodes, await membersOf(nodes, signal));
}

/** All of that, and all have committed the same. */
export async function allEqual({ nodes }: Cluster, signal: AbortSignal): Promise<boolean> {
  const members = await membersOf(nodes, signal);
  return areSynced(nodes, members) && new Set(members.map(({ committed }) => committed)).size === 1;
}

function areSynced(nodes: readonly Node[], members: readonly Member[]): boolean {
  return members.length === nodes.length && members.every(({ size, state, primary }) => size === nodes.length && state === 'Synced' && primary);
}

/** Whoever is in the component with a majority takes writes. */
export async function rolesOf({ nodes }: Cluster, signal: AbortSignal): Promise<ReadonlyMap<NodeId, 'primary' | 'follower' | 'unknown'>> {
  const roles = new Map<NodeId, 'primary' | 'follower' | 'unknown'>(nodes.map(({ id }) => [id, 'unknown']));
  for (const { node, primary } of await membersOf(nodes, signal)) roles.set(node.id, primary ? 'primary' : 'follower');
  return roles;
}
