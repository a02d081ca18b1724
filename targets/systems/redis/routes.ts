/** Over which connection an operation goes: fixed roles, whomever sentinels name, or who has the key. */
import type { Node, NodeId } from '../../../harness/contracts/index.ts';
import { Connection } from './connection.ts';
import { REDIS_PORT } from './ports.ts';
import type { Command, RedisError } from './resp.ts';

export type Role = 'primary' | 'replica';

/** The connections of one client. */
export interface Route {
  /**
   * Over which `command` goes, the first of a message; none: over which the first one will.
   * Rejects with TransportError where nobody is found: nothing was asked of anybody.
   */
  to(role: Role, signal: AbortSignal, command?: Command): Promise<Connection>;
  /** Whom operations go to, as far as it is known. */
  nodeOf(role: Role, command?: Command): NodeId | undefined;
  /** The server refused because another one has the key: `to` gives that one from now on. Undefined where it is no such refusal. */
  redirected?(refusal: RedisError): Redirection | undefined;
  /** The server said that it is no primary, or that it knows of none. */
  refused(): void;
  close(): void;
}

/** To whom a server sends its client: for good, or, `asking`, with the next message alone, which has to begin with ASKING. */
export interface Redirection {
  readonly kind: 'moved' | 'asking';
  readonly to: NodeId;
}

/** Makes the route of a client of `node`; `nodes` are all of them. */
export type Routing = (node: Node, nodes: readonly Node[]) => Route;

/** The first node is the primary, and stays it; the second one is the replica that is read. */
export const fixedRoute: Routing = (_node, nodes) => {
  const byRole = { primary: nodes[0]!, replica: nodes[1] ?? nodes[0]! };
  const connections = new Map<Role, Connection>();
  return {
    async to(role) {
      const known = connections.get(role) ?? new Connection(byRole[role].address(REDIS_PORT, 'clients'));
      connections.set(role, known);
      return known;
    },
    nodeOf: (role) => byRole[role].id,
    refused: () => {},
    close() {
      for (const connection of connections.values()) connection.close();
    },
  };
};
