/** What servers say of themselves and of the stream (`/jsz`), asked from the control position, which no fault cuts. */
import type { Cluster, Node, NodeId } from '../../../harness/contracts/index.ts';
import { openHttpExchange } from '../http-exchange/http-exchange.ts';
import { type Replica, STREAM, type StreamInfo } from './jetstream.ts';
import { MONITOR_PORT } from './ports.ts';

/** What one server knows. */
interface View {
  readonly node: NodeId;
  /** Of the servers as a whole. Absent where one is alone; its replicas are told by the leader alone. */
  readonly meta: Group | undefined;
  /** Absent where it has no such stream. */
  readonly stream: StreamInfo | undefined;
}

interface Group {
  readonly leader?: string;
  readonly cluster_size: number;
  readonly replicas?: readonly Replica[];
}

interface Said {
  readonly meta_cluster?: Group;
  readonly account_details?: readonly { readonly stream_detail?: readonly (StreamInfo & { readonly name: string })[] }[];
}

/** Those that answer, in the order of the nodes. */
async function viewsOf(nodes: readonly Node[], signal: AbortSignal): Promise<readonly View[]> {
  const asked = nodes.map((node) => viewOf(node, signal).catch(() => undefined));
  return (await Promise.all(asked)).filter((view) => view !== undefined);
}

async function viewOf(node: Node, signal: AbortSignal): Promise<View> {
  const exchange = openHttpExchange(node.address(MONITOR_PORT, 'control'));
  try {
    const { status, text } = await exchange.get('/jsz?streams=1&accounts=1', signal);
    if (status !== 200) throw new Error(`the monitoring of ${node.id} answered ${status}`);
    return { node: node.id, ...viewIn(text) };
  } finally {
    exchange.close();
  }
}

/** Pure. What `/jsz` says. */
export function viewIn(said: string): Omit<View, 'node'> {
  const { meta_cluster: meta, account_details: accounts = [] } = JSON.parse(said) as Said;
  const stream = accounts.flatMap(({ stream_detail: streams = [] }) => streams).find(({ name }) => name === STREAM);
  return { meta, stream };
}

/** Of all nodes, where all answer and agree on one leader that sees all others. */
async function unitedViews({ nodes }: Cluster, signal: AbortSignal): Promise<readonly View[] | undefined> {
  const views = await viewsOf(nodes, signal);
  return views.length === nodes.length && areUnited(views) ? views : undefined;
}

/** Pure. */
export function areUnited(views: readonly View[]): boolean {
  if (views.length === 1) return true;
  const leaders = new Set(views.map(({ meta }) => meta?.leader));
  const leading = leadingOf(views)?.meta;
  return leaders.size === 1 && leading?.cluster_size === views.length && sees(leading.replicas, views.length - 1);
}

function leadingOf(views: readonly View[]): View | undefined {
  return views.find(({ node, meta }) => meta?.leader === node);
}

/** That a replica is `current` is not asked here: after a restart a leader may say so of none until there is something new. */
function sees(replicas: readonly Replica[] = [], count: number): boolean {
  return replicas.length === count && replicas.every(({ offline }) => offline !== true);
}

/** Pure. Nobody of those who are united has the stream, and each is up with their leader. */
export function agreeOnNone(views: readonly View[]): boolean {
  const replicas = leadingOf(views)?.meta?.replicas ?? [];
  return areUnited(views) && replicas.every(({ current }) => current) && views.every(({ stream }) => stream === undefined);
}

/** All serve, under one leader. */
export async function allServe(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  return (await unitedViews(cluster, signal)) !== undefined;
}

/** All serve, and so many of them keep the stream: one leads, the others have what it has. */
export async function streamIsWhole(cluster: Cluster, replicas: number, signal: AbortSignal): Promise<boolean> {
  const views = await unitedViews(cluster, signal);
  return views !== undefined && holdsWhole(views, replicas);
}

/** Pure. Whether so many have the stream, under one leader, and as much of it. */
export function holdsWhole(views: readonly View[], replicas: number): boolean {
  const keepers = views.filter(({ stream }) => stream !== undefined);
  if (keepers.length !== replicas) return false;
  if (replicas === 1) return true;
  const leading = keepers.find(({ node, stream }) => stream?.cluster?.leader === node);
  const agree = (of: (stream: StreamInfo) => unknown): boolean => new Set(keepers.map(({ stream }) => of(stream!))).size === 1;
  return (
    leading !== undefined &&
    sees(leading.stream?.cluster?.replicas, replicas - 1) &&
    agree(({ cluster }) => cluster?.leader) &&
    // how many messages are left in a queue, servers that were restarted may see differently for good
    agree(({ state }) => state.last_seq)
  );
}

/**
 * The stream is not there: every server says that it has none, all agree on who leads them and are up with it, and a second
 * later they still do. One that starts says so too, as long as it has not heard from its leader.
 */
export async function streamIsGone(cluster: Pick<Cluster, 'nodes' | 'clock'>, signal: AbortSignal): Promise<boolean> {
  const none = async (): Promise<boolean> => {
    const views = await viewsOf(cluster.nodes, signal);
    return views.length === cluster.nodes.length && agreeOnNone(views);
  };
  if (!(await none())) return false;
  await cluster.clock.sleep(SECOND_LOOK, signal);
  return none();
}

/** Whoever takes itself for the leader of the stream is primary; where a leader is cut off, there may be two. */
export async function rolesOf({ nodes }: Cluster, signal: AbortSignal): Promise<ReadonlyMap<NodeId, 'primary' | 'follower' | 'unknown'>> {
  const roles = new Map<NodeId, 'primary' | 'follower' | 'unknown'>(nodes.map(({ id }) => [id, 'unknown']));
  for (const { node, stream } of await viewsOf(nodes, signal)) {
    const leads = stream !== undefined && (nodes.length === 1 || stream.cluster?.leader === node);
    roles.set(node, leads ? 'primary' : 'follower');
  }
  return roles;
}

const SECOND_LOOK = 1_000_000_000 as Parameters<Cluster['clock']['sleep']>[0];
