/** Transactions over lists and over registers: a row for each key, one statement for each micro-operation. */
import type { ClientFactory, Value } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { ListTransaction, RegisterTransaction } from '../../../workloads/operations/transactions.ts';
import { postgresClients, type Table } from './client-factory.ts';
import { DOCUMENTED, type PostgresOptions } from './options.ts';
import { transact } from './transactions.ts';

/** Lists are arrays; an append makes the row or adds to it. */
export function listAppendClients(options: PostgresOptions): ClientFactory {
  return transactionClients(options, {
    table: { name: 'ordeal_lists', columns: 'key integer PRIMARY KEY, value integer[] NOT NULL' },
    writing: (key, element) =>
      `INSERT INTO ordeal_lists VALUES (${key}, ARRAY[${element}]) ON CONFLICT (key) DO UPDATE SET value = ordeal_lists.value || ${element}`,
    absent: [],
  });
}

export function rwRegisterClients(options: PostgresOptions): ClientFactory {
  return transactionClients(options, {
    table: { name: 'ordeal_registers', columns: 'key integer PRIMARY KEY, value integer NOT NULL' },
    writing: (key, value) => `INSERT INTO ordeal_registers VALUES (${key}, ${value}) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    absent: null,
  });
}

interface Objects {
  /** Its columns are `key` and `value`. */
  readonly table: Table;
  writing(key: string, value: string): string;
  /** What a key holds that has no row. */
  readonly absent: Value;
}

/** Throws ORDEAL_BAD_OPTION where reads are asked of a standby. */
export function onPrimaryAlone({ reads }: PostgresOptions): void {
  if (reads === 'primary') return;
  throw new OrdealError('ORDEAL_BAD_OPTION', {
    what: 'transactions write as well as read, so they go to the primary',
    where: '--reads',
    value: reads,
    remedy: 'Use --workload register or --workload set to read from a standby.',
  });
}

function transactionClients(options: PostgresOptions, { table, writing, absent }: Objects): ClientFactory {
  onPrimaryAlone(options);
  const { isolation } = options;
  const factory = postgresClients(table, async (session, op, signal) => {
    const ops = op.value as unknown as (ListTransaction | RegisterTransaction)['value'];
    const statements = ops.map(([f, key, value]) =>
      f === 'r' ? `SELECT value FROM ${table.name} WHERE key = ${integer(key)}` : writing(integer(key), integer(value)),
    );
    const found = await transact(session, isolation, statements, signal);
    return { type: 'ok', value: ops.map((each, i): Value => (each[0] === 'r' ? ['r', each[1], found[i]?.[0]?.[0] ?? absent] : each)) };
  });
  return { ...factory, documentedModel: DOCUMENTED[isolation] };
}

/** In place of a parameter, so that statements can share a message. */
export function integer(value: Value): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  throw new Error(`not an integer: ${JSON.stringify(value)}`);
}
