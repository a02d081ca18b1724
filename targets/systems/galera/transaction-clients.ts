/** Transactions over lists and over registers: a row for each key, one statement for each micro-operation. */
import type { ClientFactory, Value } from '../../../harness/contracts/index.ts';
import type { ListTransaction, RegisterTransaction } from '../../../workloads/operations/transactions.ts';
import { galeraClients, type Table } from './client-factory.ts';
import { integer } from './literal.ts';
import { DOCUMENTED, type GaleraOptions } from './options.ts';
import { transact } from './transactions.ts';

/** Lists are texts, `1,2,3`; an append makes the row or adds to it. */
export function listAppendClients(options: GaleraOptions): ClientFactory {
  return transactionClients(options, {
    table: { name: 'lists', columns: 'id integer PRIMARY KEY, value mediumtext NOT NULL' },
    writing: (key, element) => `INSERT INTO lists VALUES (${key}, '${element}') ON DUPLICATE KEY UPDATE value = concat(value, ',${element}')`,
    held: (stored) => (stored === undefined ? [] : String(stored).split(',').map(Number)),
  });
}

export function rwRegisterClients(options: GaleraOptions): ClientFactory {
  return transactionClients(options, {
    table: { name: 'registers', columns: 'id integer PRIMARY KEY, value integer NOT NULL' },
    writing: (key, value) => `INSERT INTO registers VALUES (${key}, ${value}) ON DUPLICATE KEY UPDATE value = ${value}`,
    held: (stored) => stored ?? null,
  });
}

interface Objects {
  /** Its columns are `id` and `value`. */
  readonly table: Table;
  writing(key: string, value: string): string;
  /** What a key holds, of what its row has; undefined where there is no row. */
  held(stored: Value | undefined): Value;
}

function transactionClients(options: GaleraOptions, { table, writing, held }: Objects): ClientFactory {
  const factory = galeraClients(table, options, async (session, op, signal) => {
    const ops = op.value as unknown as (ListTransaction | RegisterTransaction)['value'];
    const statements = ops.map(([f, key, value]) =>
      f === 'r' ? `SELECT value FROM ${table.name} WHERE id = ${integer(key)}` : writing(integer(key), integer(value)),
    );
    const found = await transact(session, statements, signal);
    return { type: 'ok', value: ops.map((each, i): Value => (each[0] === 'r' ? ['r', each[1], held(found[i]?.[0]?.[0])] : each)) };
  });
  return { ...factory, documentedModel: DOCUMENTED[options.isolation] };
}
