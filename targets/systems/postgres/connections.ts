/**
 * The connections of one client: one to the primary, one to a standby, each made when it is needed. A client finds them as
 * drivers with several hosts do, by asking all members who they are; it keeps what it found until the connection is lost.
 */
import type { Node, NodeId } from '../../../harness/contracts/index.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { type Member, memberOf } from './members.ts';
import { SQL_PORT } from './ports.ts';
import { Session } from './session.ts';

interface Found {
  readonly node: Node;
  readonly session: Session;
}

export class Connections {
  readonly #nodes: readonly Node[];
  readonly #found = new Map<Member['role'], Found>();

  /** A single node is whatever is wanted. */
  constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
  }

  /** Rejects with TransportError or PostgresError: nothing was asked of anybody. */
  async to(role: Member['role'], signal: AbortSignal): Promise<Session> {
    const known = this.#found.get(role)?.session;
    // a connection that is known to be lost carried nothing of what comes now
    if (known?.alive) return known;
    const found = await this.#find(role, signal);
    if (signal.aborted) found.session.close();
    this.#found.set(role, found);
    return found.session;
  }

  /** Who was last found in that role. */
  nodeOf(role: Member['role']): NodeId | undefined {
    return this.#found.get(role)?.node.id;
  }

  close(): void {
    for (const { session } of this.#found.values()) session.close();
  }

  async #find(role: Member['role'], signal: AbortSignal): Promise<Found> {
    const [only, second] = this.#nodes;
    if (only !== undefined && second === undefined) return { node: only, session: await Session.open(only.address(SQL_PORT, 'clients'), signal) };
    const enough = new AbortController();
    const until = AbortSignal.any([signal, enough.signal]);
    const attempts = this.#nodes.map((node) => openAs(role, node, until));
    let found: Found | undefined;
    try {
      // whoever answers first is primary enough; of the standbys all clients shall have the same
      found = await (role === 'primary' ? Promise.any(attempts) : firstInOrder(attempts));
      return found;
    } catch {
      throw new TransportError('nothing', `no-${role}`, `no node that answers is ${role}`);
    } finally {
      enough.abort();
      for (const attempt of attempts) attempt.then((each) => each === found || each.session.close()).catch(() => undefined);
    }
  }
}

/** Rejects where the node is something else, or does not answer. */
async function openAs(role: Member['role'], node: Node, signal: AbortSignal): Promise<Found> {
  const session = await Session.open(node.address(SQL_PORT, 'clients'), signal);
  const member = await memberOf(node, session, signal).catch(() => undefined);
  if (member?.role === role) return { node, session };
  session.close();
  throw new TransportError('nothing', `no-${role}`, `${node.id} is no ${role}`);
}

async function firstInOrder(attempts: readonly Promise<Found>[]): Promise<Found> {
  for (const attempt of attempts) {
    const found = await attempt.catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new TransportError('nothing', 'no-standby', 'no node that answers is standby');
}
