/** What all PostgreSQL clients share: connections of their own to the member that they want; the error table; an empty table to begin with (rule 6). */
import type { Call, Client, ClientFactory, Cluster, Invocation, Node, Outcome } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { poll } from '../../../harness/lifecycle/deadline.ts';
import { ms } from '../../../harness/time/units.ts';
import { Connections } from './connections.ts';
import { classifyPostgresError } from './errors.ts';
import { attached, inSession, type Member, membersOf } from './members.ts';
import type { Session } from './session.ts';

/** Carries out one operation. */
export type Operate = (session: Session, op: Invocation, signal: AbortSignal) => Promise<Outcome>;

/** A workload's table: its name, and its columns as CREATE TABLE has them. */
export interface Table {
  readonly name: string;
  readonly columns: string;
}

/** A factory of clients that do `operate` on the table, in a session with the primary; operations `read` with whom `reads` says. */
export function postgresClients(table: Table, operate: Operate, reads: Member['role'] = 'primary'): ClientFactory {
  const roles = new Set<Member['role']>(['primary', reads]);
  const whom = (op: Invocation): Member['role'] => (op.f === 'read' ? reads : 'primary');
  let nodes: readonly Node[] = [];
  return {
    setup: async (cluster, signal) => {
      nodes = cluster.nodes;
      await createEmpty(table, cluster, signal);
    },
    open: async (node: Node, signal: AbortSignal): Promise<Client> => {
      const connections = new Connections(nodes.length > 1 ? nodes : [node]);
      for (const role of roles) await connections.to(role, signal);
      return {
        invoke: async (op: Invocation, call: Call): Promise<Outcome> => operate(await connections.to(whom(op), call.signal), op, call.signal),
        speaksTo: (op) => connections.nodeOf(whom(op)),
        close: async () => connections.close(),
      };
    },
    classify: classifyPostgresError,
  };
}

async function createEmpty({ name, columns }: Table, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const primary = await primaryOf(cluster, signal);
  if (primary === undefined) return;
  await inSession(primary, signal, async (session) => {
    await session.ask([`CREATE TABLE IF NOT EXISTS ${name} (${columns})`], 'committing', signal);
    const [result] = await session.ask([`SELECT count(*)::int FROM ${name}`], 'open', signal);
    const count = result?.rows[0]?.[0];
    if (count === 0) return;
    throw new OrdealError('ORDEAL_NOT_READY', { what: `the table ${name} is not empty: it has ${count} rows`, where: primary.id });
  });
  // readers of a standby must find the table
  if (cluster.nodes.length > 1) await poll(cluster.clock, ms(50), signal, () => attached(cluster, signal));
}

async function primaryOf({ nodes }: Cluster, signal: AbortSignal): Promise<Node | undefined> {
  if (nodes.length === 1) return nodes[0];
  return (await membersOf(nodes, signal)).find(({ role }) => role === 'primary')?.node;
}
