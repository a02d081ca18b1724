/** What a client gave, or threw, as an outcome. What nobody can explain is `info`: it may have happened. */
import { redacted } from '../configuration/secrets.ts';
import type { ClientFactory, Outcome } from '../contracts/index.ts';
import { messageOf } from '../errors/ordeal-error.ts';

/** Error codes that the runner itself writes into histories. */
export const RUNNER_CODES = {
  deadline: 'deadline',
  openFailed: 'open-failed',
  unknownError: 'unknown-error',
  badOutcome: 'bad-outcome',
  nemesisFailed: 'nemesis-failed',
} as const;

/** The outcome of a client that threw: by the factory's table; `info` for what the table does not know. */
export function outcomeOfError(error: unknown, factory: Pick<ClientFactory, 'classify'>): Outcome {
  let known: Outcome | undefined;
  try {
    known = factory.classify(error);
  } catch {
    // A table that throws knows nothing of this error.
  }
  return known === undefined ? { type: 'info', error: { code: RUNNER_CODES.unknownError, message: redacted(messageOf(error)) } } : soundOutcome(known);
}

/** Clients are users' code: an outcome that is none is `info`. */
export function soundOutcome(outcome: Outcome): Outcome {
  switch ((outcome as Outcome | undefined)?.type) {
    case 'ok':
      return (outcome as { value?: unknown }).value === undefined ? { ...(outcome as Outcome & { type: 'ok' }), value: null } : outcome;
    case 'fail':
    case 'info': {
      const { error } = outcome as { error?: { code?: unknown; message?: unknown } };
      if (typeof error?.code === 'string' && typeof error.message === 'string')
        return withMessage(outcome as Exclude<Outcome, { type: 'ok' }>, redacted(error.message));
      return badOutcome(outcome);
    }
    default:
      return badOutcome(outcome);
  }
}

function withMessage(outcome: Exclude<Outcome, { type: 'ok' }>, message: string): Outcome {
  return message === outcome.error.message ? outcome : { ...outcome, error: { ...outcome.error, message } };
}

function badOutcome(outcome: unknown): Outcome {
  return { type: 'info', error: { code: RUNNER_CODES.badOutcome, message: `the client gave no outcome: ${JSON.stringify(outcome) ?? 'undefined'}` } };
}
