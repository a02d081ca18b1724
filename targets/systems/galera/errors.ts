/** What MariaDB's errors mean with Galera. What is not in the table is unknown, so `info`. */
import type { Outcome } from '../../../harness/contracts/index.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';

type Failure = Exclude<Outcome, { type: 'ok' }>;

/** What the server answered in place of a result. */
export class MariadbError extends Error {
  readonly errno: number;
  /** Whether the transaction's COMMIT had been sent. */
  readonly phase: Phase;

  constructor(errno: number, phase: Phase, message: string) {
    super(message);
    this.name = 'MariadbError';
    this.errno = errno;
    this.phase = phase;
  }
}

/** How far a transaction had come: what has not been told to commit never does. */
export type Phase = 'open' | 'committing';

/** The server rolled the transaction back, or carried out nothing of it: so even of a COMMIT. */
const ROLLED_BACK: Readonly<Record<number, string>> = {
  1020: 'record-has-changed',
  1040: 'too-many-connections',
  // "WSREP has not yet prepared node for application use": a node without a majority refuses every statement unread
  1047: 'node-not-ready',
  // also: certification failed, or a write of another node came first
  1213: 'deadlock',
  1290: 'read-only-server',
  1792: 'read-only-transaction',
};

/** The statement ended, or the session did: a transaction that was committing may have. */
const STATEMENT_ENDED: Readonly<Record<number, string>> = {
  1053: 'shutdown-in-progress',
  1205: 'lock-wait-timeout',
  1317: 'interrupted',
  1927: 'connection-killed',
};

/** Undefined: unknown error. */
export function classifyGaleraError(error: unknown): Failure | undefined {
  if (error instanceof TransportError) return { type: error.sent === 'nothing' ? 'fail' : 'info', error: { code: error.code, message: error.message } };
  if (!(error instanceof MariadbError)) return undefined;
  const { errno, phase, message } = error;
  const code = ROLLED_BACK[errno] ?? (phase === 'open' ? STATEMENT_ENDED[errno] : undefined);
  if (code !== undefined) return { type: 'fail', error: { code, message } };
  return { type: 'info', error: { code: `errno-${errno}`, message } };
}
