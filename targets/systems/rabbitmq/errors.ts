/** What RabbitMQ's errors mean. What is not in the table is unknown, so `info`. */
import type { Outcome } from '../../../harness/contracts/index.ts';

type Failure = Exclude<Outcome, { type: 'ok' }>;

/**
 * What went wrong. `effect`: none, because nothing was sent, the broker told so, or nothing was acknowledged and a delivery
 * goes back into the queue; or it may have had one.
 */
export class RabbitmqError extends Error {
  readonly effect: 'none' | 'maybe';
  readonly code: string;

  constructor(effect: 'none' | 'maybe', code: string, message: string) {
    super(message);
    this.name = 'RabbitmqError';
    this.effect = effect;
    this.code = code;
  }
}

/** Undefined: unknown error. */
export function classifyRabbitmqError(error: unknown): Failure | undefined {
  if (!(error instanceof RabbitmqError)) return undefined;
  return { type: error.effect === 'none' ? 'fail' : 'info', error: { code: error.code, message: error.message } };
}

/**
 * What became of a message that was published and not confirmed. A negative acknowledgement says that a queue's process ended
 * before it had confirmed, and a mirror that takes over may have the message all the same; so does a lost connection.
 */
export function publishError(error: Error): RabbitmqError {
  const code = error.message === 'message nacked' ? 'nacked' : 'connection-lost';
  return new RabbitmqError('maybe', code, error.message);
}
