/** What the members say of themselves over the control position. */
import type { Cluster, Node, NodeId } from '../../../harness/contracts/index.ts';
import { SQL_PORT } from './ports.ts';
import { Session } from './session.ts';

export interface Member {
  readonly node: Node;
  readonly role: 'primary' | 'standby';
  /** The end of the log that it has on disk, as PostgreSQL writes it; 0/0 of a primary. */
  readonly received: string;
}

const STATUS = `SELECT pg_is_in_recovery(), coalesce(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0')::text`;
/** Standbys that follow and have replayed all that there is. */
const FOLLOWERS = `SELECT application_name FROM pg_stat_replication WHERE state = 'streaming'`;
const CAUGHT_UP = `${FOLLOWERS} AND replay_lsn >= pg_current_wal_lsn()`;

/** Does `work` in a session of its own. */
export async function inSession<T>(node: Node, signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await Session.open(node.address(SQL_PORT, 'control'), signal);
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

/** One value of one row. */
export async function scalar(session: Session, statement: string, signal: AbortSignal): Promise<unknown> {
  const [answer] = await session.ask([statement], 'open', signal);
  return answer?.rows[0]?.[0];
}

/** Those that answer, in the order of the nodes. */
export async function membersOf(nodes: readonly Node[], signal: AbortSignal): Promise<readonly Member[]> {
  const asked = nodes.map((node) => inSession(node, signal, (session) => memberOf(node, session, signal)).catch(() => undefined));
  return (await Promise.all(asked)).filter((member) => member !== undefined);
}

export async function memberOf(node: Node, session: Session, signal: AbortSignal): Promise<Member> {
  const [answer] = await session.ask([STATUS], 'open', signal);
  const [recovering, received] = answer?.rows[0] ?? [];
  return { node, role: recovering === false ? 'primary' : 'standby', received: String(received) };
}

/** Who is connected to that primary and receives its log. */
export async function followersOf(node: Node, signal: AbortSignal, which: 'all' | 'caught-up' = 'all'): Promise<ReadonlySet<NodeId>> {
  return inSession(node, signal, async (session) => {
    const [answer] = await session.ask([which === 'all' ? FOLLOWERS : CAUGHT_UP], 'open', signal);
    return new Set(answer?.rows.map(([name]) => String(name) as NodeId));
  });
}

/** All members answer; where there are several, one is primary, and all others follow it and have caught up. */
export async function attached({ nodes }: Cluster, signal: AbortSignal): Promise<boolean> {
  const members = await membersOf(nodes, signal);
  if (members.length < nodes.length) return false;
  const [primary, second] = members.filter(({ role }) => role === 'primary');
  if (primary === undefined || second !== undefined) return false;
  if (nodes.length === 1) return true;
  const followers = await followersOf(primary.node, signal, 'caught-up').catch(() => new Set());
  return nodes.every(({ id }) => id === primary.node.id || followers.has(id));
}
