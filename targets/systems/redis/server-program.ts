/**
 * The program of one node: a shell writes the configuration files where there are none yet (sentinels and servers rewrite
 * theirs when roles change, and must find that again), starts the sentinel beside it where there is one, and becomes the server.
 */
import { join } from 'node:path';
import type { Address, Node, Program } from '../../../harness/contracts/index.ts';
import type { RedisOptions } from './options.ts';
import type { ProvisionedRedis } from './provision.ts';

export interface ServerRequest {
  readonly provisioned: ProvisionedRedis;
  /** What it binds. */
  readonly address: Address;
  /** The folder of its data. */
  readonly data: string;
  readonly options: Pick<RedisOptions, 'appendFsync' | 'minReplicas'>;
  /** Where others find it; where it is bound if absent. */
  readonly announced?: Address | undefined;
  /** The primary that it follows at first; absent for the primary. */
  readonly primary?: Address | undefined;
  readonly sentinel?: SentinelRequest | undefined;
  readonly cluster?: ClusterRequest | undefined;
}

/** A server of a cluster, which finds its role there. */
export interface ClusterRequest {
  /** What it binds for the other servers. */
  readonly bus: Address;
  readonly announced: Address;
  readonly announcedBus: Address;
  readonly nodeTimeoutMs: number;
}

export interface SentinelRequest {
  readonly address: Address;
  readonly announced: Address;
  /** The primary at first. */
  readonly primary: Address;
  /** Its replicas: a sentinel that had to ask for them would ask again only after 10 s. */
  readonly replicas: readonly Address[];
  readonly quorum: number;
  readonly downAfterMs: number;
}

/** What sentinels call the primary and its replicas. */
export const GROUP = 'ordeal';
/** A failover that has not ended after so long is tried again, by whoever is elected then. */
const FAILOVER_TIMEOUT_MS = 5_000;
/** A list of two texts: whole seconds, and microseconds. */
const TIME_REPLY = /^\*2\r\n\$\d+\r\n(?<seconds>\d+)\r\n\$\d+\r\n(?<microseconds>\d+)\r\n/;

const SCRIPT = `
set -e
server=$1 data=$2
mkdir -p "$data"
keep() { [ -s "$1" ] || { printf '%s\\n' "$2" > "$1.new"; mv "$1.new" "$1"; }; }
keep "$data/redis.conf" "$ORDEAL_SERVER"
if [ -n "$ORDEAL_SENTINEL" ]; then
  keep "$data/sentinel.conf" "$ORDEAL_SENTINEL"
  if command -v setpriv > /dev/null; then setpriv --pdeathsig KILL -- "$server" "$data/sentinel.conf" --sentinel & else "$server" "$data/sentinel.conf" --sentinel & fi
fi
exec "$server" "$data/redis.conf"
`;

/** The folder of a node's data. */
export function dataOf(node: Node): string {
  return join(node.dataDir, 'redis');
}

export function serverProgram(request: ServerRequest): Extract<Program, { kind: 'exec' }> {
  const { provisioned, address, data, sentinel, cluster } = request;
  return {
    kind: 'exec',
    argv: ['sh', '-c', SCRIPT, 'ordeal-redis', provisioned.server, data],
    env: {
      ...provisioned.env,
      LC_ALL: 'C',
      ORDEAL_SERVER: serverConfiguration(request),
      ORDEAL_SENTINEL: sentinel === undefined ? '' : sentinelConfiguration(sentinel, data),
    },
    ports: [address.port, ...(sentinel === undefined ? [] : [sentinel.address.port]), ...(cluster === undefined ? [] : [cluster.bus.port])],
    tellsClock: { port: address.port, question: 'TIME\r\n', answer: TIME_REPLY },
  };
}

function serverConfiguration({ address, data, options, announced, primary, cluster }: ServerRequest): string {
  return [
    ...common(address, data),
    'save ""',
    'appendonly yes',
    `appendfsync ${options.appendFsync}`,
    `min-replicas-to-write ${options.minReplicas}`,
    'min-replicas-max-lag 2',
    'repl-diskless-sync-delay 0',
    // a connection that a cut has broken is noticed on both ends within this
    'repl-ping-replica-period 1',
    'repl-timeout 5',
    ...(announced ? [`replica-announce-ip ${announced.host}`, `replica-announce-port ${announced.port}`] : []),
    ...(primary ? [`replicaof ${primary.host} ${primary.port}`] : []),
    ...(cluster ? clusterLines(cluster) : []),
  ].join('\n');
}

function clusterLines({ bus, announced, announcedBus, nodeTimeoutMs }: ClusterRequest): string[] {
  return [
    'cluster-enabled yes',
    `cluster-port ${bus.port}`,
    `cluster-node-timeout ${nodeTimeoutMs}`,
    `cluster-announce-ip ${announced.host}`,
    `cluster-announce-port ${announced.port}`,
    `cluster-announce-bus-port ${announcedBus.port}`,
  ];
}

function sentinelConfiguration({ address, announced, primary, replicas, quorum, downAfterMs }: SentinelRequest, data: string): string {
  return [
    ...common(address, data),
    `sentinel announce-ip ${announced.host}`,
    `sentinel announce-port ${announced.port}`,
    `sentinel monitor ${GROUP} ${primary.host} ${primary.port} ${quorum}`,
    `sentinel down-after-milliseconds ${GROUP} ${downAfterMs}`,
    `sentinel failover-timeout ${GROUP} ${FAILOVER_TIMEOUT_MS}`,
    `sentinel parallel-syncs ${GROUP} 1`,
    ...replicas.map(({ host, port }) => `sentinel known-replica ${GROUP} ${host} ${port}`),
  ].join('\n');
}

function common({ host, port }: Address, data: string): string[] {
  return [
    `bind ${host}`,
    // who is inside the network of the run may connect, and nobody else can
    'protected-mode no',
    `bind-source-addr ${host}`,
    `port ${port}`,
    `dir ${data}`,
    'set-proc-title no',
  ];
}
