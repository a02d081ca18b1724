/** What etcd's errors mean. What is not in the table is unknown, so `info`. */
import type { Outcome } from '../../../harness/contracts/index.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { GatewayError } from './gateway.ts';

type Failure = Exclude<Outcome, { type: 'ok' }>;

/**
 * Messages that say for certain that nothing was proposed. "request timed out" and "leader changed" are not among them:
 * the proposal may be in the log and commit later. Neither is "database space exceeded": the request that crosses the
 * quota is applied and answered so.
 */
const DEFINITE = [
  { code: 'no-leader', pattern: /etcdserver: no leader/ },
  { code: 'too-many-requests', pattern: /etcdserver: too many requests/ },
  { code: 'learner', pattern: /rpc not supported for learner/ },
  { code: 'not-capable', pattern: /etcdserver: not capable/ },
] as const;

/** Undefined: unknown error. */
export function classifyEtcdError(error: unknown): Failure | undefined {
  if (error instanceof TransportError) {
    const described = { code: error.code, message: error.message };
    return { type: error.sent === 'nothing' ? 'fail' : 'info', error: described };
  }
  if (error instanceof GatewayError) {
    const definite = DEFINITE.find(({ pattern }) => pattern.test(error.message));
    if (definite) return { type: 'fail', error: { code: definite.code, message: error.message } };
    return { type: 'info', error: { code: `grpc-${error.grpcCode ?? error.status}`, message: error.message } };
  }
  return undefined;
}
