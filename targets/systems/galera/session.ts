/**
 * One connection to a member, by the driver `mysql2`: an optional peer, loaded when it is needed. A plain connection and no
 * pool: it never reconnects and never repeats; whoever wants another connection opens another session.
 */
import { connect, type Socket } from 'node:net';
import type { Connection } from 'mysql2';
import type { Address, Value } from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { MariadbError, type Phase } from './errors.ts';

export type Rows = readonly (readonly Value[])[];

/** Loads the driver. Throws ORDEAL_PROVISION_FAILED where it is not installed. */
export async function loadDriver(): Promise<typeof import('mysql2')> {
  try {
    return await import('mysql2');
  } catch (cause) {
    const what = 'the driver "mysql2" is not installed';
    throw new OrdealError('ORDEAL_PROVISION_FAILED', { what, where: 'mysql2', remedy: 'npm install --save-dev mysql2', cause });
  }
}

/** Of the clients' tables; members begin with it, empty. */
export const DATABASE = 'ordeal';

export class Session {
  readonly #connection: Connection;
  readonly #socket: Socket;
  #alive = true;

  private constructor(connection: Connection, socket: Socket) {
    this.#connection = connection;
    this.#socket = socket;
  }

  /** Rejects with TransportError or MariadbError: nothing was asked of the server. */
  static async open({ host, port, localAddress }: Address, signal?: AbortSignal): Promise<Session> {
    const { createConnection } = await loadDriver();
    signal?.throwIfAborted();
    const socket = connect({ host, port, noDelay: true, ...(localAddress !== undefined && { localAddress }) });
    const connection = createConnection({ user: 'ordeal', database: DATABASE, stream: socket, multipleStatements: true, rowsAsArray: true });
    const session = new Session(connection, socket);
    connection.on('error', () => session.close());
    socket.on('close', () => session.close());
    await session.#during(signal, async () => {
      try {
        await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
      } catch (error) {
        session.close();
        const errno = errnoOf(error);
        if (errno !== undefined) throw new MariadbError(errno, 'open', messageOf(error));
        throw new TransportError('nothing', 'not-connected', messageOf(error));
      }
    });
    return session;
  }

  /** Whether it can be asked something. */
  get alive(): boolean {
    return this.#alive;
  }

  /**
   * Statements in one message; gives the rows of each, none for what has none. Rejects with MariadbError, after which no
   * statement of the message that follows the failed one was executed, or with TransportError.
   */
  async ask(statements: readonly string[], phase: Phase, signal?: AbortSignal): Promise<readonly Rows[]> {
    if (!this.#alive) throw new TransportError('nothing', 'connection-lost', 'the connection was lost before');
    return this.#during(signal, async () => {
      try {
        const answer = await this.#query(statements.join('; '));
        const answers: readonly unknown[] = statements.length === 1 ? [answer] : (answer as readonly unknown[]);
        return answers.map((each) => (Array.isArray(each) ? (each as Rows) : []));
      } catch (error) {
        const errno = errnoOf(error);
        if (errno !== undefined) throw new MariadbError(errno, phase, messageOf(error));
        this.close();
        // a transaction that was never told to commit is rolled back when its connection is lost
        throw new TransportError(phase === 'open' ? 'nothing' : 'maybe', 'connection-lost', messageOf(error));
      }
    });
  }

  close(): void {
    this.#alive = false;
    this.#socket.destroy();
  }

  /** Rejects at the latest when the connection is gone. */
  #query(text: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(new Error('the connection was closed'));
      this.#socket.once('close', gone);
      this.#connection.query(text, (error, result) => {
        this.#socket.off('close', gone);
        if (error) reject(error);
        else resolve(result);
      });
    });
  }

  async #during<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const giveUp = (): void => this.close();
    signal?.throwIfAborted();
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      return await work();
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }
}

/** What the server answered with: errors of the driver and of the operating system have no message of the server's. */
function errnoOf(error: unknown): number | undefined {
  const { errno, sqlMessage } = error as { errno?: unknown; sqlMessage?: unknown };
  return typeof errno === 'number' && sqlMessage !== undefined ? errno : undefined;
}
