/**
 * The program of one member: a shell writes its files, starts Erlang's port mapper beside it (in the foreground, so that it
 * ends with the member, whatever ends that) and becomes the server.
 */
import { join } from 'node:path';
import type { Cluster, Node, Program } from '../../../harness/contracts/index.ts';
import { PARTITION_HANDLING, type RabbitmqOptions } from './options.ts';
import { AMQP_PORT, CLUSTER_PORT, EPMD_PORT, MANAGEMENT_PORT } from './ports.ts';
import type { ProvisionedRabbitmq } from './provision.ts';

/** What members know each other by; only who is inside the network of the run can reach them. */
const COOKIE = 'ORDEAL';

const SCRIPT = `
set -e
umask 077
mkdir -p "$HOME"
printf %s "$ORDEAL_CONFIGURATION" > "$HOME/rabbitmq.conf"
echo '[rabbitmq_management].' > "$HOME/enabled_plugins"
rm -f "$HOME/.erlang.cookie"
printf %s "$ORDEAL_COOKIE" > "$HOME/.erlang.cookie"
chmod 400 "$HOME/.erlang.cookie"
if command -v setpriv > /dev/null; then setpriv --pdeathsig KILL -- "$1" & else "$1" & fi
tries=0
until "$1" -names > /dev/null 2>&1 || [ $tries -ge 100 ]; do tries=$((tries + 1)); sleep 0.05; done
exec "$2"
`;

/** `rabbit@198.18.1.2`: who a node is in the cluster. */
export function memberName(node: Node): string {
  return `rabbit@${node.bindAddress(CLUSTER_PORT).host}`;
}

export function memberProgram(node: Node, cluster: Cluster, { server, epmd }: ProvisionedRabbitmq, options: RabbitmqOptions): Program {
  const home = join(node.dataDir, 'rabbitmq');
  return {
    kind: 'exec',
    argv: ['sh', '-c', SCRIPT, 'ordeal-rabbitmq', epmd, server],
    env: {
      HOME: home,
      LC_ALL: 'C.UTF-8',
      ORDEAL_CONFIGURATION: configurationOf(node, cluster, options),
      ORDEAL_COOKIE: COOKIE,
      ERL_EPMD_ADDRESS: node.bindAddress(EPMD_PORT).host,
      ERL_EPMD_PORT: String(node.bindAddress(EPMD_PORT).port),
      RABBITMQ_USE_LONGNAME: 'true',
      RABBITMQ_NODENAME: memberName(node),
      RABBITMQ_DIST_PORT: String(node.bindAddress(CLUSTER_PORT).port),
      RABBITMQ_MNESIA_BASE: join(home, 'mnesia'),
      RABBITMQ_LOG_BASE: join(home, 'log'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'enabled_plugins'),
      RABBITMQ_CONF_ENV_FILE: join(home, 'none'),
      // a member of a test shares the machine with others: one scheduler, which sleeps when there is nothing to do
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `+S 1:1 +A 16 +sbwt none +sbwtdcpu none +sbwtdio none -kernel net_ticktime ${options.netTickS}`,
      // the script becomes the server in place of waiting for it
      detached: 'true',
    },
    ports: [AMQP_PORT, MANAGEMENT_PORT],
  };
}

function configurationOf(node: Node, cluster: Cluster, { partitionHandling }: RabbitmqOptions): string {
  const clients = node.bindAddress(AMQP_PORT);
  const management = node.bindAddress(MANAGEMENT_PORT);
  return `${[
    `listeners.tcp.1 = ${clients.host}:${clients.port}`,
    `management.tcp.ip = ${management.host}`,
    `management.tcp.port = ${management.port}`,
    'management_agent.disable_metrics_collector = true',
    'loopback_users = none',
    'log.console = true',
    'log.console.level = info',
    'disk_free_limit.absolute = 50MB',
    `cluster_partition_handling = ${PARTITION_HANDLING[partitionHandling]}`,
    'cluster_formation.peer_discovery_backend = classic_config',
    ...cluster.nodes.map((member, i) => `cluster_formation.classic_config.nodes.${i + 1} = ${memberName(member)}`),
  ].join('\n')}\n`;
}
