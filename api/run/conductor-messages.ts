/** What a run that is conducted in another thread or process tells the one that started it. */
import type { Value } from '../../harness/contracts/index.ts';
import type { OrdealErrorCode } from '../../harness/errors/codes.ts';
import { isOrdealError, messageOf, type OrdealErrorDetails } from '../../harness/errors/ordeal-error.ts';
import type { RunEvent } from '../../harness/lifecycle/index.ts';
import type { RunPlan } from '../plans/plan.ts';
import type { Conducted } from './conduct.ts';

/** What it is given. */
export interface ConductorTask {
  readonly plan: RunPlan;
  readonly provisioned: Value;
  readonly folder: string;
}

export type ConductorMessage =
  | { readonly type: 'event'; readonly event: RunEvent }
  | { readonly type: 'conducted'; readonly conducted: Conducted }
  /** It was told to stop before anything had begun. */
  | { readonly type: 'gave-up' }
  | { readonly type: 'error'; readonly code: OrdealErrorCode; readonly details: OrdealErrorDetails };

/** The error that ended it: a mistake of ours with the place where it arose. */
export function errorMessage(error: unknown): ConductorMessage {
  if (!isOrdealError(error))
    return { type: 'error', code: 'ORDEAL_INTERNAL', details: { what: error instanceof Error ? (error.stack ?? error.message) : messageOf(error) } };
  const { code, what, where, remedy } = error;
  return { type: 'error', code, details: { what, remedy, ...(where !== undefined && { where }) } };
}
