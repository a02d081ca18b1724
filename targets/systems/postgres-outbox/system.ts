/**
 * A service that stores orders in PostgreSQL and has one effect in the outside world for each: the first node is the service, a
 * program of ours, the second its database, the third the effect ledger (rule 29). Clients speak to the service.
 */
import type { Capability, Cluster, Node, Program, System, Value } from '../../../harness/contracts/index.ts';
import { entryPath } from '../../../harness/entry/entry-url.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { followPages } from '../../../harness/ledger/follow-ledger.ts';
import { ms } from '../../../harness/time/units.ts';
import { bound, isWell, ledgerProgram, ledgerReader } from '../http-service/ledger-node.ts';
import { LEDGER_PORT } from '../http-service/ledger-protocol.ts';
import { httpServiceOptions } from '../http-service/options.ts';
import { serviceClients } from '../http-service/service-client.ts';
import { membersOf } from '../postgres/members.ts';
import { SQL_PORT } from '../postgres/ports.ts';
import { type ProvisionedPostgres, provisionPostgres } from '../postgres/provision.ts';
import { dataOf, serverProgram } from '../postgres/server-program.ts';
import { type OutboxOptions, outboxOptions } from './options.ts';
import { HEALTH_PATH, IDLE_PATH, ORDERS_PATH, SERVICE_PORT, SERVICE_SETUP, type ServiceSetup } from './protocol.ts';

const POLL = ms(100);

/** How its clients and its ledger are told what is asked and answered. */
const AS_SERVICE = httpServiceOptions.parse({ start: 'ordeal', port: SERVICE_PORT, statuses: { 503: 'fail' }, sink: 'keyed' });

export const postgresOutbox: System<OutboxOptions> = {
  name: 'postgres-outbox',
  summary: 'a service that stores orders in PostgreSQL and tells the outside world of each, by an outbox and a relay',
  needs: ['exec', 'machine-files'] as Capability[],
  addressing: 'per-peer',
  options: outboxOptions,
  nodes: 3,
  outside: 1,
  sink: AS_SERVICE.sink,
  // nothing is ordered while the service or its database is down
  faultModel: { crashes: 'none', powerLoss: 'all', clocks: 'any' },
  detectionMs: 1_500,
  provision: async (_options, signal): Promise<Value> => provisionPostgres(signal),
  program(node, cluster, found, options) {
    const { service, database, ledger } = partsOf(cluster);
    if (node.id === service.id) return serviceProgram(cluster, options);
    if (node.id === ledger.id) return ledgerProgram(node, AS_SERVICE);
    return serverProgram({ provisioned: found as unknown as ProvisionedPostgres, address: database.bindAddress(SQL_PORT), data: dataOf(database) });
  },
  async ready(cluster, signal) {
    while (!(await allAnswer(cluster, HEALTH_PATH, signal))) await cluster.clock.sleep(POLL, signal);
  },
  clients: {
    requests: () =>
      serviceClients(
        {
          request: async (http, { id, user, amount, malformed }) => {
            await http.post(ORDERS_PATH, { id, user, amount: malformed ? 0 : amount });
          },
        },
        AS_SERVICE,
      ),
  },
  settled: async (cluster, signal) => (await allAnswer(cluster, HEALTH_PATH, signal)) && allAnswer(cluster, IDLE_PATH, signal),
  entrances: (cluster) => [partsOf(cluster).service],
  watch: (cluster, observe, ending) => followPages(ledgerReader(partsOf(cluster).ledger, cluster.clock, ending), cluster.clock, observe, ending),
};

function partsOf({ nodes }: Pick<Cluster, 'nodes'>): { readonly service: Node; readonly database: Node; readonly ledger: Node } {
  const [service, database, ledger, ...more] = nodes;
  if (service === undefined || database === undefined || ledger === undefined || more.length > 0)
    throw new OrdealError('ORDEAL_BAD_OPTION', {
      what: 'there is one service, one database and one ledger',
      where: '--nodes',
      value: nodes.length,
      remedy: 'Use --nodes 3.',
    });
  return { service, database, ledger };
}

function serviceProgram(cluster: Cluster, options: OutboxOptions): Program {
  const { service, database, ledger } = partsOf(cluster);
  const seen = (peer: Node, port: number): ServiceSetup['database'] => {
    const at = peer.peerAddress(port, service.id);
    return { host: at.host, port: at.port };
  };
  const setup: ServiceSetup = { ...options, ...bound(service, SERVICE_PORT), database: seen(database, SQL_PORT), ledger: seen(ledger, LEDGER_PORT) };
  const argv = [process.execPath, '--disable-warning=ExperimentalWarning', entryPath(import.meta.url, './service-main')];
  return { kind: 'exec', argv, env: { [SERVICE_SETUP]: JSON.stringify(setup) }, ports: [SERVICE_PORT] };
}

async function allAnswer(cluster: Cluster, path: string, signal: AbortSignal): Promise<boolean> {
  const { service, database, ledger } = partsOf(cluster);
  const [members, ...well] = await Promise.all([
    membersOf([database], signal),
    isWell(service, SERVICE_PORT, path, signal),
    isWell(ledger, LEDGER_PORT, '/', signal),
  ]);
  return members.length === 1 && well.every((each) => each);
}
