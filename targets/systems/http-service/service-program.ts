/** How the parts of a test run: the service on the first nodes, as the user starts it, and the ledger on the last. */
import { join, resolve } from 'node:path';
import type { Address, Cluster, Node, Program } from '../../../harness/contracts/index.ts';
import { entryPath } from '../../../harness/entry/entry-url.ts';
import { LEDGER_PORT, LEDGER_SETUP, type LedgerSetup } from './ledger-protocol.ts';
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

function ledgerProgram(node: Node, { sink, ledger: { intent, key, answer, effects } }: HttpServiceOptions): Program {
  const setup: LedgerSetup = { ...bound(node, LEDGER_PORT), sink, file: join(dataOf(node), 'requests.jsonl'), reading: { intent, key, answer, effects } };
  const argv = [process.execPath, '--disable-warning=ExperimentalWarning', entryPath(import.meta.url, './ledger-main')];
  return { kind: 'exec', argv, env: { [LEDGER_SETUP]: JSON.stringify(setup) }, ports: [LEDGER_PORT] };
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

/** As a program sees it that is started elsewhere than the harness. */
function dataOf(node: Node): string {
  return resolve(node.dataDir);
}

function bound(node: Node, port: number): { readonly host: string; readonly port: number } {
  const at = node.bindAddress(port);
  return { host: at.host, port: at.port };
}

function urlOf({ host, port }: Address): string {
  return `http://${host}:${port}`;
}
