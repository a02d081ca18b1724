/**
 * How clients of a cluster find who has a key, as Redis documents it for them (Redis Cluster specification, "MOVED
 * Redirection" and "ASK redirection"): whom they know to have its slot, and the server of their own node where they know of
 * nobody. A redirection is a refusal: what was asked has not been done, and is asked of whom it names.
 */
import type { Node } from '../../../harness/contracts/index.ts';
import { slotOf } from './cluster-slots.ts';
import { Connection } from './connection.ts';
import { REDIS_PORT } from './ports.ts';
import type { Command, RedisError } from './resp.ts';
import type { Routing } from './routes.ts';
import { nodeAnnouncedAt } from './sentinel-route.ts';

export const clusterRoute: Routing = (own, nodes) => {
  const connections = new Map<Node, Connection>();
  const owners = new Map<number, Node>();
  /** For the next message alone. */
  let asked: Node | undefined;
  const ownerOf = (command: Command | undefined): Node => (command && owners.get(slotOf(keyOf(command)))) ?? own;
  return {
    async to(_role, _signal, command) {
      const node = asked ?? ownerOf(command);
      asked = undefined;
      const connection = connections.get(node) ?? new Connection(node.address(REDIS_PORT, 'clients'));
      connections.set(node, connection);
      return connection;
    },
    nodeOf: (_role, command) => ownerOf(command).id,
    redirected(refusal) {
      const where = redirectionIn(refusal);
      if (where === undefined) return undefined;
      const node = nodeAnnouncedAt(where.address, nodes);
      if (node === undefined) return undefined;
      if (where.kind === 'asking') asked = node;
      else owners.set(where.slot, node);
      return { kind: where.kind, to: node.id };
    },
    // whoever says so knows no better: the server of one's own node is asked next
    refused: () => owners.clear(),
    close() {
      for (const connection of connections.values()) connection.close();
    },
  };
};

/** `MOVED 3999 127.0.0.1:6381`, `ASK 3999 127.0.0.1:6381`. */
export function redirectionIn({
  code,
  message,
}: RedisError): { readonly kind: 'moved' | 'asking'; readonly slot: number; readonly address: readonly string[] } | undefined {
  if (code !== 'MOVED' && code !== 'ASK') return undefined;
  const [, slot, address = ''] = message.split(' ');
  const colon = address.lastIndexOf(':');
  return { kind: code === 'MOVED' ? 'moved' : 'asking', slot: Number(slot), address: [address.slice(0, colon), address.slice(colon + 1)] };
}

/** The first key of a command; of scripts the one after their number. */
function keyOf(command: Command): string {
  return String(command[command[0] === 'EVAL' ? 3 : 1]);
}
