/**
 * A service of the user's own as a system under test: it is started by its own command and asked over HTTP; the last node is
 * the effect ledger, the outside world that it speaks to.
 */
import { existsSync } from 'node:fs';
import type { Capability, Cluster, System } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { followPages } from '../../../harness/ledger/follow-ledger.ts';
import { ms } from '../../../harness/time/units.ts';
import { isWell, ledgerReader } from './ledger-node.ts';
import { LEDGER_PORT } from './ledger-protocol.ts';
import { type HttpServiceOptions, httpServiceOptions } from './options.ts';
import { type ServiceOperation, serviceClients } from './service-client.ts';
import { folderOf, ledgerOf, programOf, servicesOf } from './service-program.ts';

const POLL = ms(50);

export interface ServiceDefinition {
  readonly name: string;
  /** How many instances of the service there are. */
  readonly instances: number;
  readonly options: HttpServiceOptions;
  readonly operations: Readonly<Record<string, ServiceOperation>>;
}

/** The system. Its options are those of the definition, as the plan of a run holds them. */
export function httpServiceSystem({ name, instances, options: { sink, noticeMs }, operations }: ServiceDefinition): System<HttpServiceOptions> {
  return {
    name,
    summary: "a service of the user's own, over HTTP, and an effect ledger as the outside world",
    needs: ['exec' as Capability],
    addressing: 'per-peer',
    options: httpServiceOptions,
    nodes: instances + 1,
    outside: 1,
    sink,
    faultModel: { crashes: 'minority', powerLoss: 'all', clocks: 'any' },
    detectionMs: noticeMs,
    async provision(options) {
      const folder = folderOf(options);
      if (!existsSync(folder)) throw new OrdealError('ORDEAL_BAD_OPTION', { what: 'there is no such folder', where: 'folder', value: folder });
      return null;
    },
    program: (node, cluster, _provisioned, options) => programOf(node, cluster, options),
    async ready(cluster, signal, options) {
      while (!(await allAnswer(cluster, options.health, signal, options))) {
        await refuseDead(cluster);
        await cluster.clock.sleep(POLL, signal);
      }
    },
    clients: { requests: (options) => serviceClients(operations, options) },
    settled: (cluster, signal, options) => allAnswer(cluster, options.idle ?? options.health, signal, options),
    entrances: servicesOf,
    watch: (cluster, observe, ending) => followPages(ledgerReader(ledgerOf(cluster), cluster.clock, ending), cluster.clock, observe, ending),
  };
}

async function allAnswer(cluster: Cluster, path: string, signal: AbortSignal, { port }: HttpServiceOptions): Promise<boolean> {
  const asked = [...servicesOf(cluster).map((node) => isWell(node, port, path, signal)), isWell(ledgerOf(cluster), LEDGER_PORT, '/', signal)];
  return (await Promise.all(asked)).every((well) => well);
}

/** A service that ended by itself will not become ready: its log says why. Throws ORDEAL_NODE_FAILED. */
async function refuseDead(cluster: Cluster): Promise<void> {
  for (const node of cluster.nodes) {
    if (node.state() !== 'crashed') continue;
    const lines: string[] = [];
    for await (const line of node.logs()) if (line.trim() !== '') lines.push(line.trim());
    const word = lines.find((line) => /error|exception|EADDRINUSE/i.test(line)) ?? lines.at(-1) ?? 'it logged nothing';
    throw new OrdealError('ORDEAL_NODE_FAILED', {
      what: `it ended while it started: ${word}`,
      where: node.id,
      remedy: /EADDRINUSE|address already in use/i.test(lines.join('\n'))
        ? 'Let the service listen on the address in HOST and the port in PORT, not on every address: server.listen(PORT, HOST).'
        : `Start the service by hand with HOST and PORT set; nodes/${node.id}/node.log in the run folder has all that it said.`,
    });
  }
}
