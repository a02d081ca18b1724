/** What members say of themselves over the management API, asked from the control position, which no fault cuts. */
import type { Node } from '../../../harness/contracts/index.ts';
import { MANAGEMENT_PORT } from './ports.ts';

/** The account that a fresh broker has. */
const AUTHORIZATION = `Basic ${Buffer.from('guest:guest').toString('base64')}`;

/** Of the default virtual host. */
const VHOST = encodeURIComponent('/');

export interface MemberState {
  readonly name: string;
  readonly running: boolean;
  /** Members that it has lost sight of and not made up with. */
  readonly partitions?: readonly string[];
}

/** As RabbitMQ names it; which of the fields there are depends on the kind of queue. */
export interface QueueState {
  readonly state?: string;
  /** The member that leads a mirrored queue. */
  readonly node?: string;
  readonly synchronised_slave_nodes?: readonly string[];
  /** Of a quorum queue. */
  readonly leader?: string;
  readonly online?: readonly string[];
}

/** The members as this one sees them. Rejects where it does not answer. */
export async function membersSeenBy(node: Node, signal: AbortSignal): Promise<readonly MemberState[]> {
  return (await ask(node, 'GET', '/api/nodes', signal)) as MemberState[];
}

/** The queue as this member sees it. Rejects where it does not answer, or knows no such queue. */
export async function queueSeenBy(node: Node, name: string, signal: AbortSignal): Promise<QueueState> {
  return (await ask(node, 'GET', `/api/queues/${VHOST}/${name}`, signal)) as QueueState;
}

/** Has classic queues mirrored to every node, and new mirrors filled at once. */
export async function mirrorToAll(node: Node, signal: AbortSignal): Promise<void> {
  const definition = { 'ha-mode': 'all', 'ha-sync-mode': 'automatic' };
  await ask(node, 'PUT', `/api/policies/${VHOST}/mirrored`, signal, { pattern: '.*', definition, 'apply-to': 'queues' });
}

async function ask(node: Node, method: 'GET' | 'PUT', path: string, signal: AbortSignal, body?: unknown): Promise<unknown> {
  const { host, port } = node.address(MANAGEMENT_PORT, 'control');
  const answer = await fetch(`http://${host}:${port}${path}`, {
    method,
    headers: { authorization: AUTHORIZATION, connection: 'close', ...(body !== undefined && { 'content-type': 'application/json' }) },
    signal,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 200)}`);
  return text === '' ? undefined : JSON.parse(text);
}
