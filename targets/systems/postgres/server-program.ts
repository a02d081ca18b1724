/** The program of one server, and its settings. */
import { join } from 'node:path';
import type { Address, Node, Program } from '../../../harness/contracts/index.ts';
import { startedHereAs } from '../../provision/not-root.ts';
import type { ProvisionedPostgres } from './provision.ts';
import type { Following } from './replication.ts';
import { startCommand } from './start-script.ts';

export interface ServerRequest {
  readonly provisioned: ProvisionedPostgres;
  /** What it binds. */
  readonly address: Address;
  /** Its data directory. */
  readonly data: string;
  /** Absent for a server on its own. */
  readonly following?: Following | undefined;
  /** Beside those that all servers have. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The data directory of a node. */
export function dataOf(node: Node): string {
  return join(node.dataDir, 'postgres');
}

export function serverProgram({ provisioned, address, data, following, settings: more = {} }: ServerRequest): Extract<Program, { kind: 'exec' }> {
  const settings = {
    listen_addresses: address.host,
    port: String(address.port),
    // network namespaces do not part folders: a socket in a shared one would collide
    unix_socket_directories: '',
    shared_buffers: '32MB',
    max_connections: '200',
    // relations this small would be scanned whole, and a serializable transaction would then conflict with all others
    enable_seqscan: 'off',
    jit: 'off',
    // transactions that take their keys in any order meet in deadlocks all the time, each of which waits this long
    deadlock_timeout: '10ms',
    ...more,
  };
  const argv = [...startedHereAs(provisioned.asUser), ...startCommand({ ...provisioned, data, settings, following })];
  return { kind: 'exec', argv, env: { LC_ALL: 'C' }, ports: [address.port] };
}
