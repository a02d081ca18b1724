/** The one error class. Library code throws it; only `bin` prints and exits. */
import { ERROR_CODES, type ExitCode, type OrdealErrorCode } from './codes.ts';

export interface OrdealErrorDetails {
  /** What happened, with the value. */
  readonly what: string;
  /** File and line, option, node. */
  readonly where?: string;
  readonly value?: unknown;
  /** What to do next; the table's remedy when absent. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

export class OrdealError extends Error {
  readonly code: OrdealErrorCode;
  readonly what: string;
  readonly where: string | undefined;
  readonly value: unknown;
  readonly remedy: string;
  readonly exitCode: ExitCode;

  constructor(code: OrdealErrorCode, details: OrdealErrorDetails) {
    super(details.where ? `${details.where}: ${details.what}` : details.what, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'OrdealError';
    this.code = code;
    this.what = details.what;
    this.where = details.where;
    this.value = details.value;
    this.remedy = details.remedy ?? ERROR_CODES[code].remedy;
    this.exitCode = ERROR_CODES[code].exitCode;
  }
}

/** Robust across copies of the module (a worker, a packed tarball beside a checkout). */
export function isOrdealError(error: unknown): error is OrdealError {
  return error instanceof Error && error.name === 'OrdealError' && 'exitCode' in error;
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
