/**
 * rqlite's HTTP API: one statement, one answer. Nodes that do not lead forward to the leader; `retries=0` keeps them from
 * forwarding a second time what the leader may have had already, which would falsify histories. No client library.
 */
import type { Address, Value } from '../../../harness/contracts/index.ts';
import { type HttpAnswer, openHttpExchange } from '../http-exchange/http-exchange.ts';
import type { RqliteOptions } from './options.ts';

/** SQL and what stands for its question marks. */
export type Statement = readonly [sql: string, ...parameters: (string | number)[]];

/** What rqlite answered in place of a result. */
export class RqliteError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'RqliteError';
    this.status = status;
  }
}

interface Executed {
  readonly rowsAffected: number;
  readonly lastInsertId: number | undefined;
}

/** Every promise rejects with RqliteError or TransportError. */
export interface Api {
  execute(statement: Statement, signal?: AbortSignal): Promise<Executed>;
  /** The rows. */
  query(statement: Statement, level: RqliteOptions['reads'], signal?: AbortSignal): Promise<readonly (readonly Value[])[]>;
  /** Whether the node is ready: it has a leader and has applied what was committed when it started. */
  ready(signal?: AbortSignal): Promise<boolean>;
  status(signal?: AbortSignal): Promise<Record<string, unknown>>;
  close(): void;
}

interface StatementResult {
  readonly error?: string;
  readonly rows_affected?: number;
  readonly last_insert_id?: number;
  readonly values?: readonly (readonly Value[])[];
}

/** At an address. Nothing is connected before the first request. */
export function openApi(address: Address): Api {
  const exchange = openHttpExchange(address);
  return {
    async execute(statement, signal) {
      const { rows_affected, last_insert_id } = resultIn(await exchange.post('/db/execute?retries=0', JSON.stringify([statement]), signal));
      // what is zero is absent
      return { rowsAffected: rows_affected ?? 0, lastInsertId: last_insert_id };
    },
    async query(statement, level, signal) {
      return resultIn(await exchange.post(`/db/query?level=${level}`, JSON.stringify([statement]), signal)).values ?? [];
    },
    ready: async (signal) => (await exchange.get('/readyz', signal)).status === 200,
    status: async (signal) => bodyOf(await exchange.get('/status', signal)),
    close: () => exchange.close(),
  };
}

function bodyOf({ status, text }: HttpAnswer): Record<string, unknown> {
  if (status !== 200) throw new RqliteError(status, text.trim() || `status ${status}`);
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new RqliteError(status, `not JSON: ${text.slice(0, 120)}`);
  }
}

function resultIn(answer: HttpAnswer): StatementResult {
  const { error, results } = bodyOf(answer) as { error?: string; results?: readonly StatementResult[] };
  const result = results?.[0];
  const failure = error ?? result?.error;
  if (failure !== undefined) throw new RqliteError(answer.status, failure);
  if (result === undefined) throw new RqliteError(answer.status, `no result in ${answer.text.slice(0, 120)}`);
  return result;
}
