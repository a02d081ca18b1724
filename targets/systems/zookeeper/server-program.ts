/** The program of one node: a shell writes its configuration and its number, and becomes the server. */
import { join } from 'node:path';
import type { Address, Cluster, Node, Program } from '../../../harness/contracts/index.ts';
import { CLIENT_PORT, ELECTION_PORT, FOLLOWER_PORT } from './ports.ts';
import { classpathIn, type ProvisionedZookeeper } from './provision.ts';

/** In this much servers count: followers say that they are there twice in it, sessions last up to twenty. */
const TICK_MS = 500;
/** A server that has not been heard for so long is gone. */
const SYNC_TICKS = 4;
const INIT_TICKS = 10;

const SCRIPT = `
set -e
data=$1
shift
mkdir -p "$data"
printf '%s\\n' "$ORDEAL_NUMBER" > "$data/myid"
printf '%s\\n' "$ORDEAL_CONFIGURATION" > "$data/zoo.cfg"
exec "$@" org.apache.zookeeper.server.quorum.QuorumPeerMain "$data/zoo.cfg"
`;

export interface ServerRequest {
  readonly provisioned: ProvisionedZookeeper;
  /** Where it serves clients. */
  readonly address: Address;
  /** The folder of its data. */
  readonly data: string;
  /** The number of this server among all of them; none where it is alone. */
  readonly number?: number;
  /** `server.1=…`, as this server is to know them. */
  readonly servers?: readonly string[];
}

export function serverProgram({ provisioned, address, data, number = 1, servers = [] }: ServerRequest): Extract<Program, { kind: 'exec' }> {
  const configuration = [
    `tickTime=${TICK_MS}`,
    `initLimit=${INIT_TICKS}`,
    `syncLimit=${SYNC_TICKS}`,
    `dataDir=${data}`,
    `clientPortAddress=${address.host}`,
    `clientPort=${address.port}`,
    'maxClientCnxns=0',
    'admin.enableServer=false',
    '4lw.commands.whitelist=srvr',
    ...servers,
  ];
  // one collector and one compiler: a cluster on a small machine spends its processors on itself otherwise
  const jvm = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
  return {
    kind: 'exec',
    argv: ['sh', '-c', SCRIPT, 'ordeal-zookeeper', data, provisioned.java, ...jvm, '-cp', classpathIn(provisioned.classes).join(':')],
    env: { LC_ALL: 'C', ORDEAL_NUMBER: String(number), ORDEAL_CONFIGURATION: configuration.join('\n') },
    ports: [address.port, ...(servers.length > 0 ? [FOLLOWER_PORT, ELECTION_PORT] : [])],
  };
}

/** The program of a member: it binds its own addresses, and finds each of the others where that is for it. */
export function memberProgram(node: Node, { nodes }: Cluster, provisioned: ProvisionedZookeeper): Program {
  const addressOf = (peer: Node): string => {
    if (peer.id === node.id) return `${node.bindAddress(FOLLOWER_PORT).host}:${FOLLOWER_PORT}:${ELECTION_PORT}`;
    const [follower, election] = [FOLLOWER_PORT, ELECTION_PORT].map((port) => peer.peerAddress(port, node.id)) as [Address, Address];
    return `${follower.host}:${follower.port}:${election.port}`;
  };
  return serverProgram({
    provisioned,
    address: node.bindAddress(CLIENT_PORT),
    data: join(node.dataDir, 'zookeeper'),
    number: nodes.findIndex(({ id }) => id === node.id) + 1,
    servers: nodes.length === 1 ? [] : nodes.map((peer, i) => `server.${i + 1}=${addressOf(peer)}`),
  });
}
