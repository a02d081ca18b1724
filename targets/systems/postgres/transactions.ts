/** One transaction from BEGIN to COMMIT, each statement a round trip of its own, so that transactions run among one another. */

import { PostgresError } from './errors.ts';
import type { PostgresOptions } from './options.ts';
import type { Rows, Session } from './session.ts';

const BEGIN: Readonly<Record<PostgresOptions['isolation'], string>> = {
  'read-committed': 'BEGIN ISOLATION LEVEL READ COMMITTED',
  'repeatable-read': 'BEGIN ISOLATION LEVEL REPEATABLE READ',
  serializable: 'BEGIN ISOLATION LEVEL SERIALIZABLE',
};
const COMMIT = 'COMMIT';

/** Gives the rows of each statement. Rejects with PostgresError or TransportError; the session is outside of a transaction then, or closed. */
export async function transact(
  session: Session,
  isolation: PostgresOptions['isolation'],
  statements: readonly string[],
  signal: AbortSignal,
): Promise<readonly Rows[]> {
  return rolledBack(session, signal, () => committed(session, BEGIN[isolation], statements, signal));
}

/** Does `work`; where the server answered it with an error, the session is outside of a transaction afterwards. */
export async function rolledBack<T>(session: Session, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PostgresError) await session.ask(['ROLLBACK'], 'open', signal).catch(() => session.close());
    throw error;
  }
}

async function committed(session: Session, begin: string, statements: readonly string[], signal: AbortSignal): Promise<readonly Rows[]> {
  if (statements.length === 1) {
    // nothing can come between: one round trip is enough
    const [, result, end] = await session.ask([begin, statements[0]!, COMMIT], 'committing', signal);
    refuseRollback(end?.command);
    return [result!.rows];
  }
  const found: Rows[] = [];
  for (const [i, statement] of statements.entries()) {
    const results = await session.ask(i === 0 ? [begin, statement] : [statement], 'open', signal);
    found.push(results.at(-1)!.rows);
  }
  const [end] = await session.ask([COMMIT], 'committing', signal);
  refuseRollback(end?.command);
  return found;
}

/** A transaction that had failed before is ended by COMMIT without an error. */
function refuseRollback(command: string | undefined): void {
  if (command !== COMMIT) throw new PostgresError('25P02', 'committing', `COMMIT was answered with ${command}`);
}
