/** Objects that are not in transactions together: registers, each a row, and a set with a row for each element. */
import type { ClientFactory, Invocation, Outcome, Value } from '../../../harness/contracts/index.ts';
import { galeraClients } from './client-factory.ts';
import { integer } from './literal.ts';
import type { GaleraOptions } from './options.ts';
import type { Session } from './session.ts';
import { rolledBack } from './transactions.ts';

export function registerClients(options: GaleraOptions): ClientFactory {
  return galeraClients({ name: 'register', columns: 'id integer PRIMARY KEY, value integer NOT NULL' }, options, register);
}

async function register(session: Session, op: Invocation, signal: AbortSignal): Promise<Outcome> {
  const key = integer(op.key ?? 0);
  switch (op.f) {
    case 'read': {
      const [found] = await session.ask([`SELECT value FROM register WHERE id = ${key}`], 'open', signal);
      return { type: 'ok', value: found?.[0]?.[0] ?? null };
    }
    case 'write': {
      const value = integer(op.value);
      await session.ask([`INSERT INTO register VALUES (${key}, ${value}) ON DUPLICATE KEY UPDATE value = ${value}`], 'committing', signal);
      return { type: 'ok', value: op.value };
    }
    case 'cas':
      return rolledBack(session, signal, () => cas(session, key, op, signal));
    default:
      throw new Error(`the register client does not know "${op.f}"`);
  }
}

/** The row is locked before it is compared; a write of another node that comes in between rolls it back. */
async function cas(session: Session, key: string, op: Invocation, signal: AbortSignal): Promise<Outcome> {
  const [from, to] = op.value as readonly [Value, Value];
  const [, found] = await session.ask(['START TRANSACTION', `SELECT value FROM register WHERE id = ${key} FOR UPDATE`], 'open', signal);
  if (found?.[0]?.[0] !== from) {
    await session.ask(['ROLLBACK'], 'open', signal);
    return { type: 'ok', value: op.value, applied: false };
  }
  await session.ask([`UPDATE register SET value = ${integer(to)} WHERE id = ${key}`, 'COMMIT'], 'committing', signal);
  return { type: 'ok', value: op.value };
}

export function setClients(options: GaleraOptions): ClientFactory {
  return galeraClients({ name: 'elements', columns: 'element integer PRIMARY KEY' }, options, async (session, op, signal) => {
    if (op.f === 'add') {
      await session.ask([`INSERT IGNORE INTO elements VALUES (${integer(op.value)})`], 'committing', signal);
      return { type: 'ok', value: op.value };
    }
    if (op.f !== 'read') throw new Error(`the set client does not know "${op.f}"`);
    const [found] = await session.ask(['SELECT element FROM elements'], 'open', signal);
    return { type: 'ok', value: found!.map(([element]) => element!) };
  });
}
