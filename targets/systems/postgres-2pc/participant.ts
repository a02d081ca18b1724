/** A participant as the coordinator sees it: a server that is asked to prepare and to finish. */
import type { Address } from '../../../harness/contracts/index.ts';
import { PostgresError } from '../postgres/errors.ts';
import { SessionPool } from '../postgres/session-pool.ts';
import { gidOf, idIn, integer, REFUSED } from './tables.ts';

/** `no-money`: an account would be overdrawn. `unknown`: it may be prepared, now or later. */
export type Vote = { readonly vote: 'yes' } | { readonly vote: 'no'; readonly reason: string } | { readonly vote: 'unknown'; readonly reason: string };

export type Decision = 'commit' | 'abort';

/** SQLSTATE: a balance below zero; a prepared transaction that is not there. */
const CHECK_VIOLATION = '23514';
const UNDEFINED_OBJECT = '42704';
/** Whoever waits longer for a row votes no: it may be held by a transaction in doubt. */
const LOCK_TIMEOUT = "SET LOCAL lock_timeout = '300ms'";

/** Every signal ends the wait, and the connection with it. */
export interface Participant {
  readonly name: string;
  /** The first phase. Never rejects. */
  prepare(id: number, statements: readonly string[], signal: AbortSignal): Promise<Vote>;
  /** The second phase. Resolves when it is done, also when it had been done before. Rejects where that is not known. */
  finish(id: number, decision: Decision, signal: AbortSignal): Promise<void>;
  /** The transactions that are prepared there. Rejects where it cannot be asked. */
  prepared(signal: AbortSignal): Promise<readonly number[]>;
}

/** A server of PostgreSQL. */
export class PostgresParticipant implements Participant {
  readonly name: string;
  readonly #pool: SessionPool;

  constructor(name: string, address: Address) {
    this.name = name;
    this.#pool = new SessionPool(address);
  }

  async prepare(id: number, statements: readonly string[], signal: AbortSignal): Promise<Vote> {
    try {
      return await this.#pool.use(signal, async (session) => {
        try {
          await session.ask(['BEGIN', LOCK_TIMEOUT, ...statements, `PREPARE TRANSACTION '${gidOf(id)}'`], 'committing', signal);
          return { vote: 'yes' };
        } catch (error) {
          if (!(error instanceof PostgresError)) throw error;
          await session.ask(['ROLLBACK', `INSERT INTO ${REFUSED} VALUES (${integer(id)}) ON CONFLICT DO NOTHING`], 'committing', signal);
          return { vote: 'no', reason: error.sqlState === CHECK_VIOLATION ? 'no-money' : error.message };
        }
      });
    } catch (error) {
      return { vote: 'unknown', reason: String(error) };
    }
  }

  async finish(id: number, decision: Decision, signal: AbortSignal): Promise<void> {
    const verb = decision === 'commit' ? 'COMMIT' : 'ROLLBACK';
    await this.#pool.use(signal, async (session) => {
      try {
        await session.ask([`${verb} PREPARED '${gidOf(id)}'`], 'committing', signal);
      } catch (error) {
        if (!(error instanceof PostgresError) || error.sqlState !== UNDEFINED_OBJECT) throw error;
      }
    });
  }

  async prepared(signal: AbortSignal): Promise<readonly number[]> {
    return this.#pool.use(signal, async (session) => {
      const [answer] = await session.ask(['SELECT gid FROM pg_prepared_xacts'], 'open', signal);
      return answer!.rows.map(([gid]) => idIn(String(gid))).filter((id) => id !== undefined);
    });
  }
}
