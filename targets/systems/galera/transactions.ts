/** One transaction from START TRANSACTION to COMMIT, each statement a round trip of its own, so that transactions run among one another. */
import { MariadbError } from './errors.ts';
import type { Rows, Session } from './session.ts';

const BEGIN = 'START TRANSACTION';
const COMMIT = 'COMMIT';

/** Gives the rows of each statement. Rejects with MariadbError or TransportError; the session is outside of a transaction then, or closed. */
export async function transact(session: Session, statements: readonly string[], signal: AbortSignal): Promise<readonly Rows[]> {
  return rolledBack(session, signal, async () => {
    if (statements.length === 1) {
      // nothing can come between: one round trip is enough
      const [, rows] = await session.ask([BEGIN, statements[0]!, COMMIT], 'committing', signal);
      return [rows!];
    }
    const found: Rows[] = [];
    for (const [i, statement] of statements.entries()) {
      const results = await session.ask(i === 0 ? [BEGIN, statement] : [statement], 'open', signal);
      found.push(results.at(-1)!);
    }
    await session.ask([COMMIT], 'committing', signal);
    return found;
  });
}

/** Does `work`; where the server answered it with an error, the session is outside of a transaction afterwards. */
export async function rolledBack<T>(session: Session, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // a node that refuses every statement refuses this one too: then the session ends, and the transaction with it
    if (error instanceof MariadbError) await session.ask(['ROLLBACK'], 'open', signal).catch(() => session.close());
    throw error;
  }
}
