/**
 * A bank: a row for each account. A transfer reads both balances, reckons in the client and writes what it came to: what
 * an application does that trusts its transactions. READ COMMITTED lets two of them overwrite each other.
 */
import type { ClientFactory, Cluster, Outcome, Value } from '../../../harness/contracts/index.ts';
import { BANK, type BankOperation, type Transfer } from '../../../workloads/operations/bank.ts';
import { postgresClients } from './client-factory.ts';
import { PostgresError } from './errors.ts';
import { DOCUMENTED, type PostgresOptions } from './options.ts';
import { SQL_PORT } from './ports.ts';
import { Session } from './session.ts';

const TABLE = 'ordeal_accounts';

/** Clients of the workload `bank`. */
export function bankClients({ isolation }: PostgresOptions): ClientFactory {
  const begin = `BEGIN ISOLATION LEVEL ${isolation.replace('-', ' ').toUpperCase()}`;
  const factory = postgresClients({ name: TABLE, columns: 'account integer PRIMARY KEY, balance integer NOT NULL' }, (session, op, signal) => {
    const { f, value } = op as BankOperation;
    return f === 'read' ? balances(session, begin, signal) : rolledBackOnError(session, signal, () => transfer(session, begin, value, signal));
  });
  return {
    ...factory,
    documentedModel: DOCUMENTED[isolation],
    setup: async (cluster, signal) => {
      await factory.setup?.(cluster, signal);
      await openAccounts(cluster, signal);
    },
  };
}

async function openAccounts({ nodes: [node] }: Cluster, signal: AbortSignal): Promise<void> {
  if (node === undefined) return;
  const session = await Session.open(node.address(SQL_PORT, 'control'), signal);
  try {
    await session.ask([`INSERT INTO ${TABLE} SELECT account, ${BANK.balance} FROM generate_series(0, ${BANK.accounts - 1}) AS account`], 'committing', signal);
  } finally {
    session.close();
  }
}

async function balances(session: Session, begin: string, signal: AbortSignal): Promise<Outcome> {
  const [, found, end] = await session.ask([begin, `SELECT account, balance FROM ${TABLE}`, 'COMMIT'], 'committing', signal);
  refuseRollback(end?.command);
  return { type: 'ok', value: Object.fromEntries(found!.rows.map(([account, balance]) => [String(account), balance as Value])) };
}

async function transfer(session: Session, begin: string, move: Transfer, signal: AbortSignal): Promise<Outcome> {
  const [from, to, amount] = [integer(move.from), integer(move.to), integer(move.amount)];
  const [, found] = await session.ask([begin, `SELECT account, balance FROM ${TABLE} WHERE account IN (${from}, ${to})`], 'open', signal);
  const held = new Map(found!.rows.map(([account, balance]) => [account, Number(balance)]));
  const left = (held.get(from) ?? 0) - amount;
  if (left >= 0) {
    const write = (account: number, balance: number): string => `UPDATE ${TABLE} SET balance = ${balance} WHERE account = ${account}`;
    await session.ask([write(from, left), write(to, (held.get(to) ?? 0) + amount)], 'open', signal);
  }
  const [end] = await session.ask(['COMMIT'], 'committing', signal);
  refuseRollback(end?.command);
  return left >= 0 ? { type: 'ok', value: { ...move } } : { type: 'ok', value: { ...move }, applied: false };
}

async function rolledBackOnError(session: Session, signal: AbortSignal, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PostgresError) await session.ask(['ROLLBACK'], 'open', signal).catch(() => session.close());
    throw error;
  }
}

/** A transaction that had failed before is ended by COMMIT without an error. */
function refuseRollback(command: string | undefined): void {
  if (command !== 'COMMIT') throw new PostgresError('25P02', 'committing', `COMMIT was answered with ${command}`);
}

/** In place of a parameter, so that statements can share a message. */
function integer(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new Error(`not an integer: ${JSON.stringify(value)}`);
}
