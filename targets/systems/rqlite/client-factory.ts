/** What all rqlite clients share: one connection per process, pinned to its node; the error table; an empty table to begin with (rule 6). */
import type { Call, Client, ClientFactory, Cluster, Invocation, Node, Outcome } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { type Api, openApi } from './api.ts';
import { classifyRqliteError } from './errors.ts';
import { HTTP_PORT } from './ports.ts';
import { creating, nameOf, type TableOf } from './tables.ts';

/** Carries out one operation. */
export type Operate = (api: Api, op: Invocation, signal: AbortSignal) => Promise<Outcome>;

/** A factory of clients that do `operate` on the workload's table. */
export function rqliteClients(workload: TableOf, operate: Operate): ClientFactory {
  return {
    setup: (cluster, signal) => createEmpty(workload, cluster, signal),
    open: async (node: Node): Promise<Client> => {
      const api = openApi(node.address(HTTP_PORT, 'clients'));
      return {
        invoke: (op: Invocation, call: Call) => operate(api, op, call.signal),
        close: async () => api.close(),
      };
    },
    classify: classifyRqliteError,
  };
}

async function createEmpty(workload: TableOf, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const [node] = cluster.nodes;
  if (!node) return;
  const api = openApi(node.address(HTTP_PORT, 'control'));
  try {
    await api.execute([creating(workload)], signal);
    const [[count] = []] = await api.query([`SELECT COUNT(*) FROM ${nameOf(workload)}`], 'strong', signal);
    if (count === 0) return;
    throw new OrdealError('ORDEAL_NOT_READY', { what: `the table ${nameOf(workload)} is not empty: it has ${count} rows`, where: node.id });
  } finally {
    api.close();
  }
}
