/** Objects that are not in transactions together: registers, each a row, and a set with a row for each element. */
import type { ClientFactory, Invocation, Outcome, Value } from '../../../harness/contracts/index.ts';
import { postgresClients } from './client-factory.ts';
import type { PostgresOptions } from './options.ts';
import type { Session } from './session.ts';
import { integer } from './transaction-clients.ts';
import { rolledBack } from './transactions.ts';

export function registerClients({ reads }: PostgresOptions): ClientFactory {
  const table = { name: 'ordeal_register', columns: 'key integer PRIMARY KEY, value integer NOT NULL' };
  return postgresClients(table, register, reads);
}

async function register(session: Session, op: Invocation, signal: AbortSignal): Promise<Outcome> {
  const key = integer(op.key ?? 0);
  switch (op.f) {
    case 'read': {
      const [found] = await session.ask([`SELECT value FROM ordeal_register WHERE key = ${key}`], 'open', signal);
      return { type: 'ok', value: found?.rows[0]?.[0] ?? null };
    }
    case 'write': {
      const value = integer(op.value);
      await session.ask([`INSERT INTO ordeal_register VALUES (${key}, ${value}) ON CONFLICT (key) DO UPDATE SET value = excluded.value`], 'committing', signal);
      return { type: 'ok', value: op.value };
    }
    case 'cas':
      return rolledBack(session, signal, () => cas(session, key, op, signal));
    default:
      throw new Error(`the register client does not know "${op.f}"`);
  }
}

/**
 * The row is locked before it is compared: a commit that waits for standbys may be seen there already, and holds the lock
 * until it is seen here.
 */
async function cas(session: Session, key: string, op: Invocation, signal: AbortSignal): Promise<Outcome> {
  const [from, to] = op.value as readonly [Value, Value];
  const locking = `SELECT value FROM ordeal_register WHERE key = ${key} FOR UPDATE`;
  const [, found] = await session.ask(['BEGIN ISOLATION LEVEL READ COMMITTED', locking], 'open', signal);
  if (found?.rows[0]?.[0] !== from) {
    await session.ask(['ROLLBACK'], 'open', signal);
    return { type: 'ok', value: op.value, applied: false };
  }
  await session.ask([`UPDATE ordeal_register SET value = ${integer(to)} WHERE key = ${key}`, 'COMMIT'], 'committing', signal);
  return { type: 'ok', value: op.value };
}

export function setClients({ reads }: PostgresOptions): ClientFactory {
  const table = { name: 'ordeal_set', columns: 'element integer PRIMARY KEY' };
  return postgresClients(
    table,
    async (session, op, signal) => {
      if (op.f === 'add') {
        await session.ask([`INSERT INTO ordeal_set VALUES (${integer(op.value)}) ON CONFLICT DO NOTHING`], 'committing', signal);
        return { type: 'ok', value: op.value };
      }
      if (op.f !== 'read') throw new Error(`the set client does not know "${op.f}"`);
      const [found] = await session.ask(['SELECT element FROM ordeal_set'], 'open', signal);
      return { type: 'ok', value: found!.rows.map(([element]) => element!) };
    },
    reads,
  );
}
