/** Streaming replication: what a member is told of the others, so that any of them can be primary and the rest follow it. */
import type { Cluster, Node } from '../../../harness/contracts/index.ts';
import type { PostgresOptions } from './options.ts';
import { SQL_PORT } from './ports.ts';

/** How long a lost peer goes unnoticed; with how often a standby looks for a primary, what `detectionMs` says. */
const TIMEOUT = '2s';

export interface Following {
  /** Who begins as primary; whoever is promoted later stays so in its data directory. */
  readonly role: 'primary' | 'standby';
  /** Where a primary is to be looked for, for a copy: an address each, to be tried in turn. */
  readonly sources: readonly string[];
  /** Settings of the command line. */
  readonly settings: Readonly<Record<string, string>>;
  /** Settings that can be changed while the server runs. */
  readonly configuration: string;
}

/** Undefined where there is nobody to replicate to. */
export function followingOf(node: Node, { nodes }: Cluster, replication: PostgresOptions['replication']): Following | undefined {
  const others = nodes.filter(({ id }) => id !== node.id);
  if (others.length === 0) return undefined;
  const addresses = others.map((other) => other.peerAddress(SQL_PORT, node.id));
  const attributes = { user: 'postgres', target_session_attrs: 'primary', connect_timeout: '2', sslmode: 'disable', gssencmode: 'disable' };
  const hosts = { host: addresses.map(({ host }) => host).join(','), port: addresses.map(({ port }) => port).join(',') };
  return {
    role: node.id === nodes[0]?.id ? 'primary' : 'standby',
    // one at a time: libpq leaves it at the first host that takes the connection and then hangs up, as the link proxy of a dead node does
    sources: addresses.map(({ host, port }) => `postgresql://${host}:${port}/?${new URLSearchParams(attributes)}`),
    settings: {
      primary_conninfo: words({ ...hosts, ...attributes, application_name: node.id }),
      wal_sender_timeout: TIMEOUT,
      wal_receiver_timeout: TIMEOUT,
      wal_receiver_status_interval: '1s',
      wal_retrieve_retry_interval: '100ms',
      // a standby that was cut off finds what it missed
      wal_keep_size: '512MB',
      ...(replication === 'remote-apply' && { synchronous_commit: 'remote_apply' }),
    },
    configuration: `synchronous_standby_names = '${synchronousStandbys(replication, others)}'`,
  };
}

function words(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** The setting of a node for the time when it is primary: it may wait for any or all others. */
function synchronousStandbys(replication: PostgresOptions['replication'], others: readonly Node[]): string {
  const names = others.map(({ id }) => id).join(', ');
  switch (replication) {
    case 'async':
      return '';
    case 'any-1':
      return `ANY 1 (${names})`;
    case 'sync':
    case 'remote-apply':
      return `${others.length} (${names})`;
  }
}
