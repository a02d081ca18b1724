/** What is asked of the cluster as a whole: whether all members run and see each other, whether the queue is whole, who leads it. */
import type { Cluster, Node, NodeId } from '../../../harness/contracts/index.ts';
import { membersSeenBy, type QueueState, queueSeenBy } from './management.ts';
import { memberName } from './member-program.ts';
import type { RabbitmqOptions } from './options.ts';
import { AMQP_PORT } from './ports.ts';
import { Session } from './session.ts';

/** The queue of the workload. */
export const QUEUE = 'ordeal';

type Role = 'primary' | 'follower' | 'unknown';

/** Every member sees every member running, and none has lost sight of another. */
export async function allRunning(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const views = await Promise.all(cluster.nodes.map((node) => membersSeenBy(node, signal).catch(() => [])));
  return views.every(
    (members) => members.length === cluster.nodes.length && members.every(({ running, partitions }) => running && (partitions ?? []).length === 0),
  );
}

/** Every member takes clients, which is the last thing that it comes to when it starts. */
export async function allServe(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const serves = (node: Node): Promise<boolean> =>
    Session.open(node.address(AMQP_PORT, 'control'), signal).then(
      (session) => {
        session.close();
        return true;
      },
      () => false,
    );
  return (await Promise.all(cluster.nodes.map(serves))).every(Boolean);
}

/** Every member sees one and the same leader of the queue, and every other member in sync with it. */
export async function allInSync(cluster: Cluster, { queue }: RabbitmqOptions, signal: AbortSignal): Promise<boolean> {
  const views = await Promise.all(cluster.nodes.map((node) => queueSeenBy(node, QUEUE, signal)));
  const leaders = new Set(views.map(leaderOf));
  const whole = (state: QueueState): boolean =>
    (queue === 'quorum' ? (state.online ?? []).length : 1 + (state.synchronised_slave_nodes ?? []).length) === cluster.nodes.length;
  return leaders.size === 1 && !leaders.has(undefined) && views.every(whole);
}

/** Who leads the queue, asked of each member about itself: two that both take themselves for the leader are both primaries. */
export async function rolesOf(cluster: Cluster, signal: AbortSignal): Promise<ReadonlyMap<NodeId, Role>> {
  const roles = await Promise.all(
    cluster.nodes.map(async (node): Promise<[NodeId, Role]> => [node.id, await roleOf(node, signal).catch((): Role => 'unknown')]),
  );
  return new Map(roles);
}

async function roleOf(node: Node, signal: AbortSignal): Promise<Role> {
  const leader = leaderOf(await queueSeenBy(node, QUEUE, signal));
  return leader === undefined ? 'unknown' : leader === memberName(node) ? 'primary' : 'follower';
}

function leaderOf({ leader, node }: QueueState): string | undefined {
  return leader ?? node;
}
