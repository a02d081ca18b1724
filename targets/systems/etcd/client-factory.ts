/** What all etcd clients share: one gateway per process, pinned to its node; the error table; an empty store to begin with (rule 6). */
import type { Address, Call, Client, ClientFactory, Clock, Cluster, Invocation, Node, Outcome } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { classifyEtcdError } from './errors.ts';
import { type Gateway, openGateway } from './gateway.ts';
import { EVERYTHING } from './keys.ts';
import { CLIENT_PORT } from './ports.ts';

/** Carries out one operation. */
export type Operate = (gateway: Gateway, op: Invocation, signal: AbortSignal) => Promise<Outcome>;

/** A factory of clients that do `operate` and keep nothing from one operation to the next. */
export function etcdClients(operate: Operate): ClientFactory {
  return etcdSessions(({ gateway }) => ({
    invoke: (op: Invocation, call: Call) => operate(gateway, op, call.signal),
    close: async () => gateway.close(),
  }));
}

/** What a client that keeps something is made of. Closing the gateway is the client's. */
export interface SessionParts {
  readonly gateway: Gateway;
  readonly address: Address;
  readonly clock: Clock;
}

/** A factory of clients that keep locks or streams from one operation to the next. */
export function etcdSessions(session: (parts: SessionParts) => Client): ClientFactory {
  let clock: Clock | undefined;
  return {
    setup: (cluster, signal) => {
      clock = cluster.clock;
      return verifyEmpty(cluster, signal);
    },
    open: async (node: Node): Promise<Client> => {
      const address = node.address(CLIENT_PORT, 'clients');
      // without a set-up, in tests of single clients, time is the machine's
      clock ??= createRealClock();
      return session({ gateway: openGateway(address), address, clock });
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
