/** What the control position asks of raftkv: who leads, how far is everyone. */
import type { Cluster, Node, NodeId, Value } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import type { Request, Status } from './protocol.ts';

/** How long a node has to tell its status; a node that is paused or down has none. */
const PATIENCE = ms(250);

/** The status of every node, in their order; undefined for a node that does not tell. Rejects when the signal aborts. */
export async function statuses(cluster: Cluster, signal: AbortSignal): Promise<readonly (Status | undefined)[]> {
  signal.throwIfAborted();
  const found = await Promise.all(cluster.nodes.map((node) => statusOf(cluster, node, signal)));
  signal.throwIfAborted();
  return found;
}

async function statusOf(cluster: Cluster, node: Node, signal: AbortSignal): Promise<Status | undefined> {
  const abort = new AbortController();
  const onAbort = (): void => abort.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = cluster.clock.at((cluster.clock.now() + PATIENCE) as typeof PATIENCE, () => abort.abort(new Error('no status in time')));
  const channel = node.channel('control');
  const request: Request = { type: 'status' };
  try {
    return (await channel.request(request as Value, abort.signal)) as Status;
  } catch {
    return undefined;
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', onAbort);
    await channel.close().catch(() => undefined);
  }
}

/** One leader that all follow in one term, and every node has applied all that any has in its log. */
export function isSettled(found: readonly (Status | undefined)[]): boolean {
  const [first] = found;
  if (first === undefined || first.leader === null || first.applied === 0) return false;
  const leads = found.filter((status) => status?.role === 'leader');
  if (leads.length !== 1 || leads[0]?.node !== first.leader) return false;
  return found.every(
    (status) => status?.term === first.term && status.leader === first.leader && status.applied === first.applied && status.lastIndex === first.applied,
  );
}

/** Who says it leads: more than one may, while an old leader has not heard of the new one. */
export function rolesOf(nodes: readonly Node[], found: readonly (Status | undefined)[]): ReadonlyMap<NodeId, 'primary' | 'follower' | 'unknown'> {
  return new Map(nodes.map((node, i) => [node.id, found[i] === undefined ? 'unknown' : found[i].role === 'leader' ? 'primary' : 'follower']));
}
