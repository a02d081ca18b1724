/** What members of a cluster say of it (CLUSTER NODES, CLUSTER INFO), asked from the control position, which no fault cuts. */
import type { Cluster, Node, NodeId } from '../../../harness/contracts/index.ts';
import { askNode, infoIn, membersOf } from './members.ts';
import { REDIS_PORT } from './ports.ts';
import { nodeAnnouncedAt } from './sentinel-route.ts';

/** What one member knows of another, or of itself. */
export interface Known {
  readonly id: string;
  /** `127.9.253.2:6379`, where others find it. */
  readonly address: string;
  readonly flags: readonly string[];
  /** The id of the primary that it replicates; absent for a primary. */
  readonly primary?: string;
  /** How many slots are its own. */
  readonly slots: number;
}

/** Pure. The lines of CLUSTER NODES: id, address, flags, primary, two times, epoch, link, slots. */
export function knownIn(text: string): readonly Known[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [id = '', address = '', flags = '', primary = '-', , , , , ...slots] = line.trim().split(' ');
    return {
      id,
      address: address.split('@')[0]!,
      flags: flags.split(','),
      ...(primary !== '-' && { primary }),
      slots: slots.reduce((sum, range) => sum + widthOf(range), 0),
    };
  });
}

/** `5`, `5-9`; slots on their way to others, `[5->-…]`, are counted where they still are. */
function widthOf(range: string): number {
  const [first, last = first] = range.split('-').map(Number) as [number, number?];
  return range.startsWith('[') ? 0 : last! - first + 1;
}

export async function viewOf(node: Node, signal: AbortSignal): Promise<readonly Known[]> {
  return knownIn(String(await askNode(node, REDIS_PORT, ['CLUSTER', 'NODES'], signal)));
}

/** All members know all others and agree on who is primary of what, which is all slots; each primary has its replicas attached and up with it. */
export async function clusterIsWhole({ nodes }: Cluster, signal: AbortSignal): Promise<boolean> {
  const views = await Promise.all(nodes.map((node) => viewOf(node, signal).catch((): readonly Known[] => [])));
  const told = (view: readonly Known[]): string =>
    view
      .map(({ id, primary, slots }) => `${id} ${primary ?? ''} ${slots}`)
      .sort()
      .join();
  const agreed = views.every((view) => view.length === nodes.length && view.every(isWell)) && new Set(views.map(told)).size === 1;
  return agreed && (await allOk(nodes, signal)) && (await replicasAttached(nodes, signal));
}

function isWell({ flags }: Known): boolean {
  return !flags.some((flag) => flag === 'fail' || flag === 'fail?' || flag === 'handshake' || flag === 'noaddr');
}

async function allOk(nodes: readonly Node[], signal: AbortSignal): Promise<boolean> {
  const asked = nodes.map(async (node) => infoIn(String(await askNode(node, REDIS_PORT, ['CLUSTER', 'INFO'], signal))).get('cluster_state') === 'ok');
  return (await Promise.all(asked.map((each) => each.catch(() => false)))).every(Boolean);
}

/** Each replica has what its primary had when it was asked, and each primary has one. */
async function replicasAttached(nodes: readonly Node[], signal: AbortSignal): Promise<boolean> {
  const primaries = (await membersOf(nodes, signal)).filter(({ role }) => role === 'primary');
  const replicas = (await membersOf(nodes, signal)).filter(({ role }) => role === 'replica');
  const followed = replicas.map((replica) => {
    const { host, port } = replica.primary!;
    const at = nodeAnnouncedAt([host, String(port)], nodes);
    const primary = primaries.find(({ node }) => node.id === at?.id);
    return primary !== undefined && replica.attached && replica.offset >= primary.offset ? primary.node.id : undefined;
  });
  const distinct = new Set(followed);
  return primaries.length + replicas.length === nodes.length && !distinct.has(undefined) && distinct.size === primaries.length;
}

/** Primaries are those that most members take for primaries with slots; one that is cut off may think so of itself as well. */
export async function clusterRolesOf({ nodes }: Cluster, signal: AbortSignal): Promise<ReadonlyMap<NodeId, 'primary' | 'follower' | 'unknown'>> {
  const views = await Promise.all(nodes.map((node) => viewOf(node, signal).catch((): readonly Known[] => [])));
  const answered = views.filter((view) => view.length > 0);
  const votes = new Map<NodeId, number>();
  for (const { address } of answered.flatMap((view) => view.filter(({ primary, slots }) => primary === undefined && slots > 0))) {
    const node = nodeAnnouncedAt(address.split(':'), nodes);
    if (node !== undefined) votes.set(node.id, (votes.get(node.id) ?? 0) + 1);
  }
  return new Map(nodes.map(({ id }) => [id, answered.length === 0 ? 'unknown' : 2 * (votes.get(id) ?? 0) > answered.length ? 'primary' : 'follower']));
}
