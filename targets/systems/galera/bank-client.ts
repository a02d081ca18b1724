/**
 * A bank: a row for each account. A transfer reads both balances, reckons in the client and writes what it came to: what
 * an application does that trusts its transactions. Below SERIALIZABLE two of them may overwrite each other.
 */
import type { ClientFactory, Outcome, Value } from '../../../harness/contracts/index.ts';
import { BANK, type BankOperation, type Transfer } from '../../../workloads/operations/bank.ts';
import { galeraClients } from './client-factory.ts';
import { integer } from './literal.ts';
import { DOCUMENTED, type GaleraOptions } from './options.ts';
import type { Session } from './session.ts';
import { rolledBack, transact } from './transactions.ts';

const TABLE = {
  name: 'accounts',
  columns: 'account integer PRIMARY KEY, balance integer NOT NULL',
  rows: Array.from({ length: BANK.accounts }, (_, account) => `${account}, ${BANK.balance}`),
};

/** Clients of the workload `bank`. */
export function bankClients(options: GaleraOptions): ClientFactory {
  const factory = galeraClients(TABLE, options, (session, op, signal) => {
    const { f, value } = op as BankOperation;
    return f === 'read' ? balances(session, signal) : rolledBack(session, signal, () => transfer(session, value, signal));
  });
  return { ...factory, documentedModel: DOCUMENTED[options.isolation] };
}

async function balances(session: Session, signal: AbortSignal): Promise<Outcome> {
  const [rows] = await transact(session, ['SELECT account, balance FROM accounts'], signal);
  return { type: 'ok', value: Object.fromEntries(rows!.map(([account, balance]) => [String(account), balance as Value])) };
}

async function transfer(session: Session, move: Transfer, signal: AbortSignal): Promise<Outcome> {
  const [from, to, amount] = [integer(move.from), integer(move.to), Number(integer(move.amount))];
  const [, rows] = await session.ask(['START TRANSACTION', `SELECT account, balance FROM accounts WHERE account IN (${from}, ${to})`], 'open', signal);
  const held = new Map(rows!.map(([account, balance]) => [String(account), Number(balance)]));
  const left = (held.get(from) ?? 0) - amount;
  if (left >= 0) {
    const write = (account: string, balance: number): string => `UPDATE accounts SET balance = ${balance} WHERE account = ${account}`;
    await session.ask([write(from, left), write(to, (held.get(to) ?? 0) + amount)], 'open', signal);
  }
  await session.ask(['COMMIT'], 'committing', signal);
  return left >= 0 ? { type: 'ok', value: { ...move } } : { type: 'ok', value: { ...move }, applied: false };
}
