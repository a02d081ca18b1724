/** What NATS's and JetStream's errors mean. What is not in the table is unknown, so `info`. */
import type { Outcome } from '../../../harness/contracts/index.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';

type Failure = Exclude<Outcome, { type: 'ok' }>;

/**
 * Refusals that are decided before anything is proposed to the servers that keep the stream, by the numbers that JetStream
 * gives its errors (`err_code`). Not among them: what goes wrong when a message is stored (10077), and a leader that is none any more.
 */
const DEFINITE: ReadonlyMap<number, string> = new Map([
  [10_023, 'insufficient-resources'],
  [10_039, 'not-enabled-for-account'],
  [10_054, 'message-too-large'],
  [10_059, 'stream-not-found'],
  [10_076, 'not-enabled'],
]);

/** A request that JetStream answered by an error. */
export class JetStreamError extends Error {
  override readonly name = 'JetStreamError';
  /** Its `err_code`. */
  readonly code: number;

  constructor(code: number, description: string) {
    super(description);
    this.code = code;
  }
}

/** A message that the server had nobody to give to: it says so where it has delivered it to none. */
export class NoResponders extends Error {
  override readonly name = 'NoResponders';

  constructor(subject: string) {
    super(`nobody listens to ${subject}`);
  }
}

/** Undefined: unknown error. */
export function classifyNatsError(error: unknown): Failure | undefined {
  if (error instanceof TransportError) {
    return { type: error.sent === 'nothing' ? 'fail' : 'info', error: { code: error.code, message: error.message } };
  }
  if (error instanceof NoResponders) return { type: 'fail', error: { code: 'no-responders', message: error.message } };
  if (error instanceof JetStreamError) {
    const name = DEFINITE.get(error.code);
    return { type: name === undefined ? 'info' : 'fail', error: { code: name ?? String(error.code), message: error.message } };
  }
  return undefined;
}
