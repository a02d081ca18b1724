/** What Redis's errors mean. What is not in the table is unknown, so `info`. */
import type { Outcome } from '../../../harness/contracts/index.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { RedisError } from './resp.ts';

type Failure = Exclude<Outcome, { type: 'ok' }>;

/**
 * Refusals that a server decides upon before it executes anything (`processCommand` of Redis), or that a transaction is
 * discarded with. Not among them: UNBLOCKED, which ends a WAIT whose write has been executed.
 */
const DEFINITE: ReadonlySet<string> = new Set([
  'READONLY',
  'LOADING',
  'MASTERDOWN',
  'NOREPLICAS',
  'MISCONF',
  'BUSY',
  'OOM',
  'NOAUTH',
  'NOPERM',
  'WRONGTYPE',
  'EXECABORT',
  'CLUSTERDOWN',
  'MOVED',
  'ASK',
  'TRYAGAIN',
  'CROSSSLOT',
]);

/** A transaction of which one command failed: Redis has executed the others. */
export class HalfDone extends Error {
  override readonly name = 'HalfDone';
}

/** Undefined: unknown error. */
export function classifyRedisError(error: unknown): Failure | undefined {
  if (error instanceof TransportError) {
    return { type: error.sent === 'nothing' ? 'fail' : 'info', error: { code: error.code, message: error.message } };
  }
  if (error instanceof RedisError) {
    return { type: DEFINITE.has(error.code) ? 'fail' : 'info', error: { code: error.code.toLowerCase(), message: error.message } };
  }
  if (error instanceof HalfDone) return { type: 'info', error: { code: 'half-done', message: error.message } };
  return undefined;
}
