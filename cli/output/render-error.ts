/** An error as a person reads it: code and place, what happened, what to do next. */
import chalk from 'chalk';
import { redacted } from '../../harness/configuration/secrets.ts';
import { EXIT } from '../../harness/errors/codes.ts';
import { isOrdealError, messageOf } from '../../harness/errors/ordeal-error.ts';

/** Several lines, the last one ended. A mistake of ours shows its stack; everything else does not. */
export function renderError(error: unknown): string {
  if (!isOrdealError(error)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
    return `${chalk.red('ORDEAL_INTERNAL')}  ${redacted(stack)}\n  Please report this with the run folder.\n`;
  }
  const where = error.where === undefined ? '' : `  ${error.where}`;
  return redacted(`${chalk.red(error.code)}${where}\n  ${error.what}\n  ${error.remedy}\n`);
}

/** The same for programs. */
export function errorAsJson(error: unknown): Readonly<Record<string, unknown>> {
  if (!isOrdealError(error)) return { code: 'ORDEAL_INTERNAL', message: redacted(messageOf(error)), exitCode: EXIT.internal };
  const { code, what, where, remedy, exitCode } = error;
  return { code, message: redacted(what), ...(where !== undefined && { where }), remedy, exitCode };
}
