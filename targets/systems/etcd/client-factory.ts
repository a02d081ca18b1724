/** What all etcd clients share: one gateway per process, pinned to its node; the error table; an empty store to begin with (rule 6). */
import type { Call, Client, ClientFactory, Cluster, Invocation, Node, Outcome } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { classifyEtcdError } from './errors.ts';
import { type Gateway, openGateway } from './gateway.ts';
import { EVERYTHING } from './keys.ts';
import { CLIENT_PORT } from './ports.ts';

/** Carries out one operation. */
export type Operate = (gateway: Gateway, op: Invocation, signal: AbortSignal) => Promise<Outcome>;

/** A factory of clients that do `operate`. */
export function etcdClients(operate: Operate): ClientFactory {
  return {
    setup: verifyEmpty,
    open: async (node: Node): Promise<Client> => {
      const gateway = openGateway(node.address(CLIENT_PORT, 'clients'));
      return {
        invoke: (op: Invocation, call: Call) => operate(gateway, op, call.signal),
        close: async () => gateway.close(),
      };
    },
    classify: classifyEtcdError,
  };
}

async function verifyEmpty(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const [node] = cluster.nodes;
  if (!node) return;
  const gateway = openGateway(node.address(CLIENT_PORT, 'control'));
  try {
    const { count } = (await gateway.post('/v3/kv/range', { ...EVERYTHING, count_only: true }, signal)) as { count?: string };
    if (count === undefined || count === '0') return;
    throw new OrdealError('ORDEAL_NOT_READY', { what: `the store is not empty: it has ${count} keys under "ordeal/"`, where: node.id });
  } finally {
    gateway.close();
  }
}
