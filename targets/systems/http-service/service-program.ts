/** How the parts of a test run: the service on the first nodes, as the user starts it, and the ledger on the last. */
import { resolve } from 'node:path';
import type { Address, Cluster, Node, Program } from '../../../harness/contracts/index.ts';
import { bound, dataOf, ledgerProgram } from './ledger-node.ts';
import { LEDGER_PORT } from './ledger-protocol.ts';
import type { HttpServiceOptions } from './options.ts';
import { argvOf } from './start-command.ts';

/** The node that stands for the outside world. */
export function ledgerOf(cluster: Cluster): Node {
  return cluster.nodes.at(-1)!;
}

export function servicesOf(cluster: Cluster): readonly Node[] {
  return cluster.nodes.slice(0, -1);
}

export function programOf(node: Node, cluster: Cluster, options: HttpServiceOptions): Program {
  return node === ledgerOf(cluster) ? ledgerProgram(node, options) : serviceProgram(node, cluster, options);
}

function serviceProgram(node: Node, cluster: Cluster, options: HttpServiceOptions): Program {
  const { host, port } = bound(node, options.port);
  const ledger = urlOf(ledgerOf(cluster).peerAddress(LEDGER_PORT, node.id));
  const others = servicesOf(cluster).filter((other) => other !== node);
  const folder = folderOf(options);
  return {
    kind: 'exec',
    argv: argvOf(options.start, folder, { host, port: String(port), node: node.id, data: dataOf(node), ledger }),
    env: {
      ...options.env,
      HOST: host,
      PORT: String(port),
      [options.ledger.variable]: ledger,
      ORDEAL_NODE: node.id,
      ORDEAL_DATA: dataOf(node),
      ORDEAL_PEERS: others.map((other) => urlOf(other.peerAddress(options.port, node.id))).join(','),
    },
    ports: [options.port],
    cwd: folder,
  };
}

/** Where the service is started. */
export function folderOf({ folder }: HttpServiceOptions): string {
  return resolve(folder ?? '.');
}

function urlOf({ host, port }: Address): string {
  return `http://${host}:${port}`;
}
