/** What rqlite's errors mean. What is not in the table is unknown, so `info`. */
import type { Outcome } from '../../../harness/contracts/index.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { RqliteError } from './api.ts';

type Failure = Exclude<Outcome, { type: 'ok' }>;

/**
 * Messages that say for certain that nothing was proposed: nobody to forward to, the one asked or forwarded to refused, no
 * connection to it could be had, or the log took nothing within its time. "leadership lost while committing log" is not
 * among them: the entry may commit later. Neither is what a node says when it had sent the statement to the leader and read
 * no answer.
 */
const DEFINITE = [
  { code: 'leader-not-found', pattern: /^leader not found$/ },
  { code: 'not-leader', pattern: /^not leader$/ },
  { code: 'store-not-open', pattern: /^store not open$/ },
  { code: 'leader-unreachable', pattern: /^pool get: / },
  { code: 'not-enqueued', pattern: /^timed out enqueuing operation$/ },
] as const;

/** What a node puts before the error of another that it has forwarded to. */
const FORWARDED = /^node failed to process \w+ on remote node at \S+: /;

/** Undefined: unknown error. */
export function classifyRqliteError(error: unknown): Failure | undefined {
  if (error instanceof TransportError) {
    const described = { code: error.code, message: error.message };
    return { type: error.sent === 'nothing' ? 'fail' : 'info', error: described };
  }
  if (error instanceof RqliteError) {
    const said = error.message.replace(FORWARDED, '');
    const definite = DEFINITE.find(({ pattern }) => pattern.test(said));
    if (definite) return { type: 'fail', error: { code: definite.code, message: error.message } };
    return { type: 'info', error: { code: `rqlite-${error.status}`, message: error.message } };
  }
  return undefined;
}
