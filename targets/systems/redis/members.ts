/** What servers say of themselves (INFO replication), asked from the control position, which no fault cuts. */
import type { Cluster, Node, NodeId } from '../../../harness/contracts/index.ts';
import { Connection } from './connection.ts';
import { REDIS_PORT } from './ports.ts';
import { type Command, RedisError, type Reply } from './resp.ts';

export interface Member {
  readonly node: Node;
  readonly role: 'primary' | 'replica';
  /** Of a replica: whom it follows, and whether it is connected there. */
  readonly primary: { readonly host: string; readonly port: number } | undefined;
  readonly attached: boolean;
  /** How far in the stream of writes it is, in bytes. */
  readonly offset: number;
}

/** One command of its own connection. Throws RedisError where it is refused. */
export async function askNode(node: Node, port: number, command: Command, signal: AbortSignal): Promise<Reply> {
  const connection = new Connection(node.address(port, 'control'));
  try {
    const [reply = null] = await connection.ask([command], signal);
    if (reply instanceof RedisError) throw reply;
    return reply;
  } finally {
    connection.close();
  }
}

/** Those that answer and have loaded their data, in the order of the nodes. */
export async function membersOf(nodes: readonly Node[], signal: AbortSignal): Promise<readonly Member[]> {
  const asked = nodes.map((node) => memberOf(node, signal).catch(() => undefined));
  return (await Promise.all(asked)).filter((member) => member !== undefined);
}

async function memberOf(node: Node, signal: AbortSignal): Promise<Member> {
  // a server that still loads its data answers INFO, and nothing else
  await askNode(node, REDIS_PORT, ['DBSIZE'], signal);
  const info = infoIn(String(await askNode(node, REDIS_PORT, ['INFO', 'replication'], signal)));
  const role = info.get('role') === 'master' ? 'primary' : 'replica';
  return {
    node,
    role,
    primary: role === 'primary' ? undefined : { host: info.get('master_host') ?? '', port: Number(info.get('master_port')) },
    attached: info.get('master_link_status') === 'up',
    offset: Number(info.get(role === 'primary' ? 'master_repl_offset' : 'slave_repl_offset')),
  };
}

/** The lines `name:value` of INFO. */
export function infoIn(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

/** All members answer; one is primary, all others are connected to their primary and have what it had when it was asked. */
export async function attached({ nodes }: Cluster, signal: AbortSignal): Promise<boolean> {
  const [primary, second] = (await membersOf(nodes, signal)).filter(({ role }) => role === 'primary');
  if (primary === undefined || second !== undefined) return false;
  const replicas = (await membersOf(nodes, signal)).filter(({ role }) => role === 'replica');
  return replicas.length === nodes.length - 1 && replicas.every((replica) => replica.attached && replica.offset >= primary.offset);
}

export async function rolesOf({ nodes }: Cluster, signal: AbortSignal): Promise<ReadonlyMap<NodeId, 'primary' | 'follower' | 'unknown'>> {
  const roles = new Map<NodeId, 'primary' | 'follower' | 'unknown'>(nodes.map(({ id }) => [id, 'unknown']));
  for (const { node, role } of await membersOf(nodes, signal)) roles.set(node.id, role === 'primary' ? 'primary' : 'follower');
  return roles;
}
