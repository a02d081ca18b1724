/** What ZooKeeper's errors mean. What is not in the table is unknown, so `info`. */
import type { Outcome } from '../../../harness/contracts/index.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';

type Failure = Exclude<Outcome, { type: 'ok' }>;

/**
 * Refusals that are decided before anything is done, by the node asked or by its leader when the request has its turn
 * (`PrepRequestProcessor`), by their codes. Not among them: a connection or an operation that timed out.
 */
const DEFINITE: ReadonlyMap<number, string> = new Map([
  [-6, 'unimplemented'],
  [-8, 'bad-arguments'],
  [-101, 'no-node'],
  [-102, 'no-auth'],
  [-103, 'bad-version'],
  [-110, 'node-exists'],
  [-111, 'not-empty'],
  [-112, 'session-expired'],
  [-114, 'invalid-acl'],
  [-118, 'session-moved'],
  [-119, 'not-read-only'],
]);

/** A request that was answered by a refusal. */
export class ZookeeperError extends Error {
  override readonly name = 'ZookeeperError';
  readonly code: number;

  constructor(code: number) {
    super(`ZooKeeper answered ${code}`);
    this.code = code;
  }
}

/** Undefined: unknown error. */
export function classifyZookeeperError(error: unknown): Failure | undefined {
  if (error instanceof TransportError) {
    return { type: error.sent === 'nothing' ? 'fail' : 'info', error: { code: error.code, message: error.message } };
  }
  if (error instanceof ZookeeperError) {
    const name = DEFINITE.get(error.code);
    return { type: name === undefined ? 'info' : 'fail', error: { code: name ?? String(error.code), message: error.message } };
  }
  return undefined;
}
