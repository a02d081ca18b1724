/**
 * How clients of a group with sentinels find the primary, as Redis documents it for them ("Guidelines for Redis clients with
 * support for Redis Sentinel"): a sentinel is asked who is primary, that server is asked whether it is, and the sentinel tells
 * when another one was made primary. A client asks the sentinel of its own node first: who is cut off hears from no other.
 */
import type { Node } from '../../../harness/contracts/index.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { Connection } from './connection.ts';
import { REDIS_PORT, SENTINEL_PORT } from './ports.ts';
import type { Reply } from './resp.ts';
import type { Routing } from './routes.ts';
import { GROUP } from './server-program.ts';

interface Found {
  readonly node: Node;
  readonly connection: Connection;
}

const SWITCHED = '+switch-master';

export const sentinelRoute: Routing = (own, nodes) => {
  const inOrder = [own, ...nodes.filter(({ id }) => id !== own.id)];
  let found: Found | undefined;
  let listening: Connection | undefined;
  const leave = (): void => {
    found?.connection.close();
    listening?.close();
    found = undefined;
    listening = undefined;
  };
  return {
    async to(_role, signal) {
      // news of another primary end the connection to this one, as does a sentinel that is gone
      if (found?.connection.alive && listening?.alive) return found.connection;
      leave();
      const sentinel = await firstThatKnows(inOrder, nodes, signal);
      // an operation that is under way is answered by whom it was sent to
      let switched = false;
      listening = new Connection(sentinel.node.address(SENTINEL_PORT, 'clients'), () => {
        switched = true;
        listening?.close();
      });
      await listening.ask([['SUBSCRIBE', SWITCHED]], signal);
      if (switched) throw new TransportError('nothing', 'no-primary', 'another primary was just chosen');
      const connection = new Connection(sentinel.primary.address(REDIS_PORT, 'clients'));
      await requirePrimary(connection, sentinel.primary, signal);
      found = { node: sentinel.primary, connection };
      return connection;
    },
    nodeOf: () => found?.node.id,
    refused: leave,
    close: leave,
  };
};

/** The first sentinel, in that order, that answers and knows a primary. */
async function firstThatKnows(inOrder: readonly Node[], nodes: readonly Node[], signal: AbortSignal): Promise<{ readonly node: Node; readonly primary: Node }> {
  let why = 'no sentinel answers';
  for (const node of inOrder) {
    const connection = new Connection(node.address(SENTINEL_PORT, 'clients'));
    try {
      const [address] = await connection.ask([['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', GROUP]], signal);
      const primary = nodeAnnouncedAt(address, nodes);
      if (primary !== undefined) return { node, primary };
      why = `the sentinel of ${node.id} knows no primary`;
    } catch (error) {
      if (signal.aborted || !(error instanceof TransportError)) throw asNothing(error);
    } finally {
      connection.close();
    }
  }
  throw new TransportError('nothing', 'no-primary', why);
}

async function requirePrimary(connection: Connection, node: Node, signal: AbortSignal): Promise<void> {
  try {
    const [reply] = await connection.ask([['ROLE']], signal);
    if (Array.isArray(reply) && reply[0] === 'master') return;
  } catch (error) {
    throw asNothing(error);
  }
  connection.close();
  throw new TransportError('nothing', 'no-primary', `${node.id} is no primary`);
}

/** Questions about who is primary carry nothing of the operation. */
function asNothing(error: unknown): unknown {
  return error instanceof TransportError ? new TransportError('nothing', error.code, error.message) : error;
}

/** The node that others find at that address, as sentinels give it: `[host, port]`. */
export function nodeAnnouncedAt(address: Reply | undefined, nodes: readonly Node[]): Node | undefined {
  if (!Array.isArray(address)) return undefined;
  const [host, port] = address.map(String);
  return nodes.find((node) => {
    const announced = node.peerAddress(REDIS_PORT, node.id);
    return announced.host === host && String(announced.port) === port;
  });
}
