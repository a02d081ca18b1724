/** What PostgreSQL's errors mean. What is not in the table is unknown, so `info`. */
import type { Outcome } from '../../../harness/contracts/index.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';

type Failure = Exclude<Outcome, { type: 'ok' }>;

/** What the server answered in place of a result. */
export class PostgresError extends Error {
  readonly sqlState: string;
  /** Whether the transaction's COMMIT had been sent. */
  readonly phase: Phase;

  constructor(sqlState: string, phase: Phase, message: string) {
    super(message);
    this.name = 'PostgresError';
    this.sqlState = sqlState;
    this.phase = phase;
  }
}

/** How far a transaction had come: what has not been told to commit never does. */
export type Phase = 'open' | 'committing';

/** By SQLSTATE (PostgreSQL's appendix A): the server rolled the transaction back, or took no connection. */
const ROLLED_BACK: Readonly<Record<string, string>> = {
  '40001': 'serialization-failure',
  '40P01': 'deadlock-detected',
  '23505': 'row-exists',
  // how a statement says that it found no row to change (row-clients)
  '22012': 'no-row',
  '25006': 'read-only-transaction',
  '25P02': 'in-failed-transaction',
  '55P03': 'lock-not-available',
  '57P03': 'cannot-connect-now',
  '53300': 'too-many-connections',
};

/** The session ended with it: whether a transaction that was committing did, cannot be known. */
const SESSION_ENDED: Readonly<Record<string, string>> = {
  '57P01': 'admin-shutdown',
  '57P02': 'crash-shutdown',
};

/** Undefined: unknown error. */
export function classifyPostgresError(error: unknown): Failure | undefined {
  if (error instanceof TransportError) return { type: error.sent === 'nothing' ? 'fail' : 'info', error: { code: error.code, message: error.message } };
  if (!(error instanceof PostgresError)) return undefined;
  const { sqlState, phase, message } = error;
  const rolledBack = ROLLED_BACK[sqlState] ?? (phase === 'open' ? SESSION_ENDED[sqlState] : undefined);
  if (rolledBack !== undefined) return { type: 'fail', error: { code: rolledBack, message } };
  return { type: 'info', error: { code: `sqlstate-${sqlState}`, message } };
}
