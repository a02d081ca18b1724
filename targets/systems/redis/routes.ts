/** Over which connection an operation goes: fixed roles, or whomever sentinels name. */
import type { Node, NodeId } from '../../../harness/contracts/index.ts';
import { Connection } from './connection.ts';
import { REDIS_PORT } from './ports.ts';

export type Role = 'primary' | 'replica';

/** The connections of one client. */
export interface Route {
  /** Rejects with TransportError where nobody is found: nothing was asked of anybody. */
  to(role: Role, signal: AbortSignal): Promise<Connection>;
  /** Whom operations go to, as far as it is known. */
  nodeOf(role: Role): NodeId | undefined;
  /** The server said that it is no primary. */
  refused(): void;
  close(): void;
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
