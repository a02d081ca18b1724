/** Clients of the workload `transfers`: they ask the coordinator, and read each participant by itself. */
import type { Call, Client, ClientFactory, Cluster, Invocation, Node, Outcome, Value } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { BankBalances } from '../../../workloads/operations/bank.ts';
import { SPREAD_BANK, type TransfersOperation } from '../../../workloads/operations/transfers.ts';
import { type HttpExchange, openHttpExchange, TransportError } from '../http-exchange/http-exchange.ts';
import { classifyPostgresError } from '../postgres/errors.ts';
import { inSession } from '../postgres/members.ts';
import { SQL_PORT } from '../postgres/ports.ts';
import { Session } from '../postgres/session.ts';
import { participantsOf } from './nodes.ts';
import { COORDINATOR_PORT, TRANSFER_PATH, type TransferAnswer } from './protocol.ts';
import { ACCOUNTS, keeperOf, TABLES } from './tables.ts';

export function transferClients(): ClientFactory {
  let participants: readonly Node[] = [];
  return {
    setup: async (cluster, signal) => {
      participants = participantsOf(cluster);
      await openAccounts(cluster, signal);
    },
    open: async (node): Promise<Client> => {
      const exchange = openHttpExchange(node.address(COORDINATOR_PORT, 'clients'));
      return {
        invoke: (op: Invocation, { signal }: Call) => {
          const { f } = op as TransfersOperation;
          if (f === 'transfer') return transfer(exchange, op as Extract<TransfersOperation, { f: 'transfer' }>, signal);
          if (f === 'read') return read(participants, signal);
          throw new Error(`the client of transfers does not know "${op.f}"`);
        },
        close: async () => exchange.close(),
      };
    },
    classify: classifyPostgresError,
  };
}

async function transfer(exchange: HttpExchange, { key, value }: Extract<TransfersOperation, { f: 'transfer' }>, signal: AbortSignal): Promise<Outcome> {
  const { text } = await exchange.post(TRANSFER_PATH, JSON.stringify({ id: key, ...value }), signal);
  const answer = JSON.parse(text) as TransferAnswer;
  if (answer.outcome === 'committed') return { type: 'ok', value };
  if (answer.outcome === 'no-money') return { type: 'ok', value, applied: false };
  return { type: 'fail', error: { code: 'aborted', message: answer.reason } };
}

async function read(participants: readonly Node[], signal: AbortSignal): Promise<Outcome> {
  const balances: Record<string, number> = {};
  for (const node of participants) {
    const session = await Session.open(node.address(SQL_PORT, 'clients'), signal);
    try {
      const [answer] = await session.ask([`SELECT account, balance FROM ${ACCOUNTS}`], 'open', signal);
      for (const [account, balance] of answer!.rows) balances[String(account)] = Number(balance);
    } catch (error) {
      // nothing that a read asks for is done
      throw error instanceof TransportError ? new TransportError('nothing', error.code, error.message) : error;
    } finally {
      session.close();
    }
  }
  return { type: 'ok', value: balances satisfies BankBalances as Value };
}

async function openAccounts(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const participants = participantsOf(cluster);
  for (const [keeper, node] of participants.entries()) {
    await inSession(node, signal, async (session) => {
      await session.ask(
        Object.entries(TABLES).map(([name, columns]) => `CREATE TABLE IF NOT EXISTS ${name} (${columns})`),
        'committing',
        signal,
      );
      const [found] = await session.ask([`SELECT count(*)::int FROM ${ACCOUNTS}`], 'open', signal);
      const count = found!.rows[0]?.[0];
      if (count !== 0) throw new OrdealError('ORDEAL_NOT_READY', { what: `the table ${ACCOUNTS} is not empty: it has ${count} rows`, where: node.id });
      const own = Array.from({ length: SPREAD_BANK.accounts }, (_, account) => account).filter((account) => keeperOf(account, participants.length) === keeper);
      if (own.length === 0) return;
      await session.ask([`INSERT INTO ${ACCOUNTS} VALUES ${own.map((account) => `(${account}, ${SPREAD_BANK.balance})`).join(', ')}`], 'committing', signal);
    });
  }
}
