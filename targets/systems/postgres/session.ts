/**
 * One connection to a server, by the driver `pg`: an optional peer, loaded when it is needed. It never reconnects and
 * never repeats; whoever wants another connection opens another session.
 */
import { Socket } from 'node:net';
import type { Client } from 'pg';
import type { Address, Value } from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { type Phase, PostgresError } from './errors.ts';

export type Rows = readonly (readonly Value[])[];

/** Loads the driver. Throws ORDEAL_PROVISION_FAILED where it is not installed. */
export async function loadDriver(): Promise<typeof import('pg')> {
  try {
    return await import('pg');
  } catch (cause) {
    throw new OrdealError('ORDEAL_PROVISION_FAILED', { what: 'the driver "pg" is not installed', where: 'pg', remedy: 'npm install --save-dev pg', cause });
  }
}

const USER = 'postgres';

export class Session {
  readonly #client: Client;
  readonly #socket: Socket;
  #alive = true;

  private constructor(client: Client, socket: Socket) {
    this.#client = client;
    this.#socket = socket;
  }

  /** Rejects with TransportError or PostgresError: nothing was asked of the server. */
  static async open({ host, port, localAddress }: Address, signal?: AbortSignal): Promise<Session> {
    const { default: pg } = await loadDriver();
    const socket = localAddress === undefined ? new Socket() : new SocketFrom(localAddress);
    const client = new pg.Client({ host, port, user: USER, database: USER, stream: () => socket, application_name: 'ordeal' });
    const session = new Session(client, socket);
    client.on('error', () => session.close()).on('end', () => session.close());
    await session.#during(signal, async () => {
      try {
        await client.connect();
      } catch (error) {
        session.close();
        const code = sqlStateOf(error);
        if (code !== undefined) throw new PostgresError(code, 'open', messageOf(error));
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
   * Statements in one message; gives the rows of each. Rejects with PostgresError, after which no statement of the message
   * that follows the failed one was executed, or with TransportError.
   */
  async ask(statements: readonly string[], phase: Phase, signal?: AbortSignal): Promise<{ readonly rows: Rows; readonly command: string }[]> {
    if (!this.#alive) throw new TransportError('nothing', 'connection-lost', 'the connection was lost before');
    return this.#during(signal, async () => {
      try {
        const answer: unknown = await this.#client.query({ text: statements.join('; '), rowMode: 'array' });
        return (Array.isArray(answer) ? answer : [answer]) as { rows: Rows; command: string }[];
      } catch (error) {
        const code = sqlStateOf(error);
        if (code !== undefined) throw new PostgresError(code, phase, messageOf(error));
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

/** Connects from an address of its own. */
class SocketFrom extends Socket {
  readonly #localAddress: string;

  constructor(localAddress: string) {
    super();
    this.#localAddress = localAddress;
  }

  override connect(...[port, host]: readonly unknown[]): this {
    return super.connect({ port: Number(port), host: String(host), localAddress: this.#localAddress });
  }
}

function sqlStateOf(error: unknown): string | undefined {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  // errors of the operating system have codes too, but no severity
  return typeof code === 'string' && severity !== undefined ? code : undefined;
}
