/** Transactions over rows that are looked for by their value: one statement for each micro-operation. */
import type { ClientFactory, Value } from '../../../harness/contracts/index.ts';
import type { RowPredicate, RowTransaction } from '../../../workloads/operations/transactions.ts';
import { postgresClients } from './client-factory.ts';
import { DOCUMENTED, type PostgresOptions } from './options.ts';
import type { Rows } from './session.ts';
import { integer, onPrimaryAlone } from './transaction-clients.ts';
import { transact } from './transactions.ts';

/** With an index by value: predicates of one value shall not read the whole table, with which every insert conflicts. */
const TABLE = { name: 'ordeal_rows', columns: 'key integer PRIMARY KEY, value integer NOT NULL, UNIQUE (value, key)' };

type RowOp = RowTransaction['value'][number];

export function rowClients(options: PostgresOptions): ClientFactory {
  onPrimaryAlone(options);
  const factory = postgresClients(TABLE, async (session, op, signal) => {
    const ops = op.value as unknown as RowTransaction['value'];
    const found = await transact(session, options.isolation, ops.map(statementOf), signal);
    return { type: 'ok', value: ops.map((each, i): Value => answered(each, found[i]!)) };
  });
  return { ...factory, documentedModel: DOCUMENTED[options.isolation] };
}

function statementOf(op: RowOp): string {
  if (op[0] === 'rp') return `SELECT key, value FROM ${TABLE.name} WHERE ${conditionOf(op[1])} ORDER BY key`;
  const key = integer(op[1]);
  if (op[0] === 'r') return `SELECT value FROM ${TABLE.name} WHERE key = ${key}`;
  if (op[0] === 'insert') return `INSERT INTO ${TABLE.name} VALUES (${key}, ${integer(op[2])})`;
  const change = op[0] === 'w' ? `UPDATE ${TABLE.name} SET value = ${integer(op[2])} WHERE key = ${key}` : `DELETE FROM ${TABLE.name} WHERE key = ${key}`;
  // Where there is no row the transaction must fail, and a division by zero makes it.
  return `WITH changed AS (${change} RETURNING 1) SELECT 1 / count(*) FROM changed`;
}

function conditionOf(predicate: RowPredicate): string {
  if (predicate === 'true') return 'true';
  return predicate[0] === '=' ? `value = ${integer(predicate[1])}` : `mod(value, ${integer(predicate[1])}) = ${integer(predicate[2])}`;
}

function answered(op: RowOp, rows: Rows): Value {
  if (op[0] === 'rp') return ['rp', op[1], rows];
  return op[0] === 'r' ? ['r', op[1], rows[0]?.[0] ?? null] : op;
}
