/** What all Galera clients share: a connection of their own to their node; the error table; an empty table to begin with (rule 6). */
import type { Call, Client, ClientFactory, Cluster, Invocation, Node, Outcome } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { classifyGaleraError } from './errors.ts';
import { inSession } from './members.ts';
import type { GaleraOptions } from './options.ts';
import { SQL_PORT } from './ports.ts';
import { Session } from './session.ts';

/** Carries out one operation. */
export type Operate = (session: Session, op: Invocation, signal: AbortSignal) => Promise<Outcome>;

/** A workload's table: its name, its columns as CREATE TABLE has them, and the rows that it begins with. */
export interface Table {
  readonly name: string;
  readonly columns: string;
  readonly rows?: readonly string[];
}

/** A factory of clients that do `operate` on the table, each with the node that it was opened for. */
export function galeraClients(table: Table, options: GaleraOptions, operate: Operate): ClientFactory {
  return {
    setup: (cluster, signal) => createEmpty(table, cluster, signal),
    open: async (node: Node, signal: AbortSignal): Promise<Client> => {
      let session = await openSession(node, options, signal);
      return {
        invoke: async (op: Invocation, call: Call): Promise<Outcome> => {
          // a connection that is known to be lost carried nothing of what comes now
          if (!session.alive) session = await openSession(node, options, call.signal);
          return operate(session, op, call.signal);
        },
        close: async () => session.close(),
      };
    },
    classify: classifyGaleraError,
  };
}

async function openSession(node: Node, { isolation, syncWait }: GaleraOptions, signal: AbortSignal): Promise<Session> {
  const session = await Session.open(node.address(SQL_PORT, 'clients'), signal);
  const level = isolation.replace('-', ' ').toUpperCase();
  await session.ask([`SET SESSION wsrep_sync_wait = ${syncWait}`, `SET SESSION TRANSACTION ISOLATION LEVEL ${level}`], 'open', signal);
  return session;
}

async function createEmpty({ name, columns, rows = [] }: Table, { nodes }: Cluster, signal: AbortSignal): Promise<void> {
  const [first] = nodes;
  if (first === undefined) return;
  await inSession(first, signal, async (session) => {
    await session.ask([`CREATE TABLE IF NOT EXISTS ${name} (${columns}) ENGINE=InnoDB`], 'committing', signal);
    await expectRows(first, session, name, 0, signal);
    if (rows.length > 0) await session.ask([`INSERT INTO ${name} VALUES ${rows.map((row) => `(${row})`).join(', ')}`], 'committing', signal);
  });
  // clients of every node must find the table as it begins
  await Promise.all(nodes.map((node) => inSession(node, signal, (session) => expectRows(node, session, name, rows.length, signal))));
}

async function expectRows({ id }: Node, session: Session, table: string, expected: number, signal: AbortSignal): Promise<void> {
  const [, result] = await session.ask(['SET SESSION wsrep_sync_wait = 1', `SELECT count(*) FROM ${table}`], 'open', signal);
  const count = result?.[0]?.[0];
  if (count === expected) return;
  throw new OrdealError('ORDEAL_NOT_READY', { what: `the table ${table} has ${count} rows in place of ${expected}`, where: id });
}
