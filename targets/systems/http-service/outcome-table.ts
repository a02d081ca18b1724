/** The error table of HTTP services: what an end of a request says about whether it happened (rules 1 and 2). */
import type { Outcome } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';

type Failure = Exclude<Outcome, { type: 'ok' }>;
export type StatusRule = 'ok' | 'fail' | 'info';

/** Thrown by an operation: the service said for certain that it did not do it and never will. */
export class Refused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Refused';
  }
}

/** An answer whose status is not one of success. */
export class StatusError extends Error {
  readonly status: number;
  readonly rule: 'fail' | 'info';
  /** The body of the answer. */
  readonly text: string;

  constructor(status: number, rule: 'fail' | 'info', text: string) {
    super(`status ${status}${text === '' ? '' : `: ${text.slice(0, 120)}`}`);
    this.name = 'StatusError';
    this.status = status;
    this.rule = rule;
    this.text = text;
  }
}

/** 408: the server gave up waiting; 499: a proxy did. Neither says what the service did. */
const UNKNOWN = [408, 499];

/** What a status means: as the test says for it or its class, else 2xx ok, 4xx fail, everything else unknown. */
export function ruleOf(status: number, given: Readonly<Record<string, StatusRule>>): StatusRule {
  const said = given[String(status)] ?? given[`${Math.floor(status / 100)}xx`];
  if (said !== undefined) return said;
  if (status >= 200 && status < 300) return 'ok';
  return status >= 400 && status < 500 && !UNKNOWN.includes(status) ? 'fail' : 'info';
}

/** `earlier`: whether something that the operation did before may have had an effect; then nothing but a refusal is a definite failure. */
export function outcomeOf(error: unknown, earlier: 'nothing' | 'maybe'): Failure {
  if (error instanceof Refused) return { type: 'fail', error: { code: 'refused', message: error.message } };
  const failure = failureOf(error);
  if (failure.type === 'info' || earlier === 'nothing') return failure;
  return { type: 'info', error: { code: failure.error.code, message: `${failure.error.message}, after a request that may have been carried out` } };
}

function failureOf(error: unknown): Failure {
  if (error instanceof TransportError) return { type: error.sent === 'nothing' ? 'fail' : 'info', error: { code: error.code, message: error.message } };
  if (error instanceof StatusError) return { type: error.rule, error: { code: `http-${error.status}`, message: error.message } };
  // what the operation itself threw, or another HTTP client: nobody knows
  return { type: 'info', error: { code: error instanceof Error ? error.name : 'unknown', message: messageOf(error) } };
}
