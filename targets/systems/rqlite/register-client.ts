/** Keyed registers: a row each, cas as one statement that changes the row only where it has the value expected. */
import type { ClientFactory, Invocation, Outcome, Value } from '../../../harness/contracts/index.ts';
import type { Api, Statement } from './api.ts';
import { rqliteClients } from './client-factory.ts';
import type { RqliteOptions } from './options.ts';

export function registerClients({ reads }: RqliteOptions): ClientFactory {
  return rqliteClients('register', async (api, op, signal) => {
    const key = String(op.key ?? 0);
    if (op.f === 'read') return read(api, key, reads, signal);
    if (op.f === 'cas') return cas(api, key, op, signal);
    if (op.f !== 'write') throw new Error(`the register client does not know "${op.f}"`);
    await api.execute(writing(key, op.value, 'DO UPDATE SET value = excluded.value'), signal);
    return { type: 'ok', value: op.value };
  });
}

async function read(api: Api, key: string, level: RqliteOptions['reads'], signal: AbortSignal): Promise<Outcome> {
  const [row] = await api.query(['SELECT value FROM ordeal_register WHERE key = ?', key], level, signal);
  return { type: 'ok', value: row === undefined ? null : (JSON.parse(String(row[0])) as Value) };
}

async function cas(api: Api, key: string, op: Invocation, signal: AbortSignal): Promise<Outcome> {
  const [from, to] = op.value as readonly [Value, Value];
  // a key that is absent has no row to compare
  const statement: Statement =
    from === null
      ? writing(key, to, 'DO NOTHING')
      : ['UPDATE ordeal_register SET value = ? WHERE key = ? AND value = ?', JSON.stringify(to), key, JSON.stringify(from)];
  const { rowsAffected } = await api.execute(statement, signal);
  return rowsAffected === 1 ? { type: 'ok', value: op.value } : { type: 'ok', value: op.value, applied: false };
}

function writing(key: string, value: Value, otherwise: string): Statement {
  return [`INSERT INTO ordeal_register(key, value) VALUES(?, ?) ON CONFLICT(key) ${otherwise}`, key, JSON.stringify(value)];
}
