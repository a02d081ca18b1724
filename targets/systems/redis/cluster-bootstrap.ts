/**
 * Makes a cluster of servers that know of nobody, as `redis-cli --cluster create` does: each gets an epoch of its own, they
 * meet, the first half shares the slots, each of the others replicates one of these.
 */
import type { Address, Cluster, Node } from '../../../harness/contracts/index.ts';
import { slotRanges } from './cluster-slots.ts';
import { clusterIsWhole, viewOf } from './cluster-views.ts';
import { askNode } from './members.ts';
import { BUS_PORT, REDIS_PORT } from './ports.ts';
import type { Command, Reply } from './resp.ts';

/** How many of so many nodes are primaries at first. */
export function primariesAmong(nodes: number): number {
  return Math.floor(nodes / 2);
}

/** Resolves when the cluster is whole: replicas have their primaries' data, without which none of them would be elected. */
export async function makeCluster(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const { nodes, clock } = cluster;
  const tell = (node: Node, ...command: Command): Promise<Reply> => askNode(node, REDIS_PORT, ['CLUSTER', ...command], signal);
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    while (!(await holds().catch(() => false))) await clock.sleep(PAUSE, signal);
  };
  await until(async () => (await Promise.all(nodes.map((node) => tell(node, 'MYID')))).length === nodes.length);
  const ids = await Promise.all(nodes.map((node) => tell(node, 'MYID')));
  for (const [i, node] of nodes.entries()) await tell(node, 'SET-CONFIG-EPOCH', i + 1);
  const count = primariesAmong(nodes.length);
  for (const [i, range] of slotRanges(count).entries()) await tell(nodes[i]!, 'ADDSLOTSRANGE', ...range);
  const [first, ...others] = nodes as [Node, ...Node[]];
  for (const node of others) await tell(first, 'MEET', ...meeting(node));
  await until(async () => (await Promise.all(nodes.map((node) => viewOf(node, signal)))).every((view) => view.length === nodes.length));
  for (const [i, node] of nodes.slice(count).entries()) await until(async () => (await tell(node, 'REPLICATE', String(ids[i % count]))) === 'OK');
  await until(() => clusterIsWhole(cluster, signal));
}

/** Where a node is met: its address for all, and its port for the other servers. */
function meeting(node: Node): Command {
  const announced: Address = node.peerAddress(REDIS_PORT, node.id);
  return [announced.host, announced.port, node.peerAddress(BUS_PORT, node.id).port];
}

const PAUSE = 100_000_000 as Parameters<Cluster['clock']['sleep']>[0];
