/** What sentinels say, asked from the control position, which no fault cuts. */
import type { Cluster, Node, NodeId } from '../../../harness/contracts/index.ts';
import { askNode, attached, membersOf } from './members.ts';
import { SENTINEL_PORT } from './ports.ts';
import type { Reply } from './resp.ts';
import { nodeAnnouncedAt } from './sentinel-route.ts';
import { GROUP } from './server-program.ts';

/** What one sentinel knows of the group. */
interface View {
  readonly primary: NodeId | undefined;
  readonly flags: string;
  readonly replicas: number;
  readonly sentinels: number;
}

/** Of those sentinels that answer. */
async function viewsOf(nodes: readonly Node[], signal: AbortSignal): Promise<readonly View[]> {
  const asked = nodes.map((node) => viewOf(node, nodes, signal).catch(() => undefined));
  return (await Promise.all(asked)).filter((view) => view !== undefined);
}

async function viewOf(node: Node, nodes: readonly Node[], signal: AbortSignal): Promise<View> {
  const fields = fieldsOf(await askNode(node, SENTINEL_PORT, ['SENTINEL', 'MASTER', GROUP], signal));
  const primary = nodeAnnouncedAt([fields.get('ip') ?? '', fields.get('port') ?? ''], nodes);
  return {
    primary: primary?.id,
    flags: fields.get('flags') ?? '',
    replicas: Number(fields.get('num-slaves')),
    sentinels: Number(fields.get('num-other-sentinels')),
  };
}

/** Names and values in turns. */
function fieldsOf(reply: Reply): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  if (!Array.isArray(reply)) return fields;
  for (let i = 0; i + 1 < reply.length; i += 2) fields.set(String(reply[i]), String(reply[i + 1]));
  return fields;
}

/** Replicas are attached, and all sentinels know each other, them, and the same primary, of which they think nothing bad. */
export async function guarded(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const { nodes } = cluster;
  if (!(await attached(cluster, signal))) return false;
  const primary = (await membersOf(nodes, signal)).find(({ role }) => role === 'primary')?.node.id;
  const views = await viewsOf(nodes, signal);
  const others = nodes.length - 1;
  return (
    views.length === nodes.length &&
    views.every((view) => view.flags === 'master' && view.primary === primary && view.replicas === others && view.sentinels === others)
  );
}

/** Whom most sentinels name is the primary; a server that is cut off from them may think so of itself as well. */
export async function namedRolesOf({ nodes }: Cluster, signal: AbortSignal): Promise<ReadonlyMap<NodeId, 'primary' | 'follower' | 'unknown'>> {
  const views = await viewsOf(nodes, signal);
  const votes = (node: Node): number => views.filter(({ primary }) => primary === node.id).length;
  return new Map(nodes.map((node) => [node.id, views.length === 0 ? 'unknown' : 2 * votes(node) > nodes.length ? 'primary' : 'follower']));
}
