/** What all PostgreSQL clients share: one connection per process, pinned to its node; the error table; an empty table to begin with (rule 6). */
import type { Call, Client, ClientFactory, Cluster, Invocation, Node, Outcome } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { classifyPostgresError } from './errors.ts';
import { SQL_PORT } from './ports.ts';
import { Session } from './session.ts';

/** Carries out one operation. */
export type Operate = (session: Session, op: Invocation, signal: AbortSignal) => Promise<Outcome>;

/** A workload's table: its name, and its columns as CREATE TABLE has them. */
export interface Table {
  readonly name: string;
  readonly columns: string;
}

/** A factory of clients that do `operate` on the table. */
export function postgresClients(table: Table, operate: Operate): ClientFactory {
  return {
    setup: (cluster, signal) => createEmpty(table, cluster, signal),
    open: async (node: Node, signal: AbortSignal): Promise<Client> => {
      const address = node.address(SQL_PORT, 'clients');
      let session = await Session.open(address, signal);
      return {
        async invoke(op: Invocation, call: Call): Promise<Outcome> {
          // a connection that is known to be lost carried nothing of this operation
          if (!session.alive) session = await Session.open(address, call.signal);
          return operate(session, op, call.signal);
        },
        close: async () => session.close(),
      };
    },
    classify: classifyPostgresError,
  };
}

async function createEmpty({ name, columns }: Table, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const [node] = cluster.nodes;
  if (!node) return;
  const session = await Session.open(node.address(SQL_PORT, 'control'), signal);
  try {
    await session.ask([`CREATE TABLE IF NOT EXISTS ${name} (${columns})`], 'committing', signal);
    const [result] = await session.ask([`SELECT count(*)::int FROM ${name}`], 'open', signal);
    const count = result?.rows[0]?.[0];
    if (count === 0) return;
    throw new OrdealError('ORDEAL_NOT_READY', { what: `the table ${name} is not empty: it has ${count} rows`, where: node.id });
  } finally {
    session.close();
  }
}
