/** An incident's variant as a system under test: its cast on the first nodes, the ledger on the last. */
import { z } from 'zod';
import type { Capability, Client, ClientFactory, Cluster, Node, Outcome, System, Value } from '../../harness/contracts/index.ts';
import { entryUrl } from '../../harness/entry/entry-url.ts';
import { messageOf } from '../../harness/errors/ordeal-error.ts';
import { followLedger } from '../../harness/ledger/follow-ledger.ts';
import { ms } from '../../harness/time/units.ts';
import type { CastOptions, Incident, Variant } from './incident.ts';
import type { Reply } from './requests.ts';

const options = z.strictObject({});

/** How many nodes it takes: the cast, and the ledger. */
export function nodesOf(incident: Incident): number {
  return incident.cast.length + 1;
}

export function systemOf(incident: Incident, variant: Variant): System {
  return {
    name: incident.id,
    summary: incident.summary,
    needs: ['node-program' as Capability],
    addressing: 'per-peer',
    options,
    faultModel: { crashes: 'minority', powerLoss: 'all', clocks: 'any' },
    detectionMs: 200,
    async provision() {
      return null;
    },
    program(node, cluster) {
      const part = incident.cast[cluster.nodes.indexOf(node)];
      if (part === undefined) {
        const url = entryUrl(import.meta.url, '../../harness/ledger/ledger-program').href;
        return { kind: 'node', module: { url, name: 'ledgerProgram', options: { sink: incident.sink } } };
      }
      const told: CastOptions = { nodes: cluster.nodes.map(({ id }) => id) };
      return { kind: 'node', module: { ...part[variant], options: told as unknown as Value } };
    },
    async ready(cluster, signal) {
      while (!(await answering(cluster, signal))) await cluster.clock.sleep(ms(50), signal);
    },
    clients: { [incident.workload.name]: () => requestClients() },
    // whatever the cast still owes the outside world is done
    async settled(cluster, signal) {
      const states = await Promise.all(cluster.nodes.map((node) => statusOf(node, signal)));
      return states.every((state) => state?.idle === true);
    },
    entrances: (cluster) => cluster.nodes.slice(0, 1),
    watch: (cluster, observe, ending) => followLedger(cluster.nodes.at(-1)!, cluster.clock, observe, ending),
  };
}

async function answering(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const states = await Promise.all(cluster.nodes.map((node) => statusOf(node, signal)));
  return states.every((state) => state !== undefined);
}

async function statusOf(node: Node, signal: AbortSignal): Promise<{ readonly idle?: boolean } | undefined> {
  const channel = node.channel('control');
  try {
    return (await channel.request({ type: 'status' }, signal)) as { readonly idle?: boolean };
  } catch {
    return undefined;
  } finally {
    await channel.close();
  }
}

function requestClients(): ClientFactory {
  return {
    async open(node): Promise<Client> {
      const channel = node.channel('clients');
      return {
        async invoke(op, call): Promise<Outcome> {
          const order = { ...(op.value as Readonly<Record<string, Value>>), intent: op.key as number };
          const reply = (await channel.request({ type: 'order', order }, call.signal)) as unknown as Reply;
          if ('ok' in reply) return { type: 'ok', value: op.value };
          if ('refused' in reply) return { type: 'fail', error: { code: reply.refused, message: 'the service refused it' } };
          return { type: 'info', error: { code: reply.unknown, message: 'the service does not know what became of it' } };
        },
        close: () => channel.close(),
      };
    },
    classify(error) {
      const code = (error as { readonly code?: unknown } | null)?.code;
      if (code === 'ECONNREFUSED') return { type: 'fail', error: { code: 'ECONNREFUSED', message: messageOf(error) } };
      return undefined;
    },
  };
}
