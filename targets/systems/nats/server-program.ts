/** The program of one node: a shell writes its configuration and becomes the server. */
import { join } from 'node:path';
import type { Address, Cluster, Node, Program } from '../../../harness/contracts/index.ts';
import { CLIENT_PORT, MONITOR_PORT, ROUTE_PORT } from './ports.ts';
import type { ProvisionedNats } from './provision.ts';

const SCRIPT = `
set -e
mkdir -p "$2"
printf '%s\\n' "$ORDEAL_CONFIGURATION" > "$2/nats.conf"
exec "$1" -c "$2/nats.conf"
`;

export interface ServerRequest {
  readonly provisioned: Pick<ProvisionedNats, 'server'>;
  readonly name: string;
  /** Where it serves clients. */
  readonly clients: Address;
  /** Where it says how it is. */
  readonly monitor: Address;
  /** The folder of its data. */
  readonly data: string;
  /** Absent where it is alone. */
  readonly cluster?: {
    /** What it binds for the others. */
    readonly bound: Address;
    /** Where the others find it. */
    readonly announced: Address;
    /** Where it finds each of the others. */
    readonly others: readonly Address[];
  };
}

export function serverProgram({ provisioned, name, clients, monitor, data, cluster }: ServerRequest): Extract<Program, { kind: 'exec' }> {
  const configuration = [
    `server_name: ${name}`,
    `listen: "${at(clients)}"`,
    `http: "${at(monitor)}"`,
    `jetstream { store_dir: "${data}", max_memory_store: 64MB, max_file_store: 1GB }`,
    ...(cluster === undefined ? [] : [clusterConfiguration(cluster)]),
  ];
  return {
    kind: 'exec',
    argv: ['sh', '-c', SCRIPT, 'ordeal-nats', provisioned.server, data],
    env: { LC_ALL: 'C', ORDEAL_CONFIGURATION: configuration.join('\n') },
    ports: [clients.port, monitor.port, ...(cluster === undefined ? [] : [cluster.bound.port])],
  };
}

function clusterConfiguration({ bound, announced, others }: NonNullable<ServerRequest['cluster']>): string {
  return [
    'cluster {',
    '  name: ordeal',
    `  listen: "${at(bound)}"`,
    `  advertise: "${at(announced)}"`,
    // clients stay with the server that they were told of
    '  no_advertise: true',
    `  routes: [${others.map((address) => `"nats://${at(address)}"`).join(', ')}]`,
    '}',
  ].join('\n');
}

/** The program of a member: all others find it at one address, which servers also tell each other. */
export function memberProgram(node: Node, { nodes }: Cluster, provisioned: ProvisionedNats): Program {
  const announcedBy = (member: Node): Address => member.peerAddress(ROUTE_PORT, member.id);
  const cluster = {
    bound: node.bindAddress(ROUTE_PORT),
    announced: announcedBy(node),
    others: nodes.filter(({ id }) => id !== node.id).map(announcedBy),
  };
  return serverProgram({
    provisioned,
    name: node.id,
    clients: node.bindAddress(CLIENT_PORT),
    monitor: node.bindAddress(MONITOR_PORT),
    data: join(node.dataDir, 'nats'),
    ...(nodes.length > 1 && { cluster }),
  });
}

function at({ host, port }: Address): string {
  return `${host}:${port}`;
}
