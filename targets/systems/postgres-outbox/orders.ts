/** Orders, and events that are to be published, in PostgreSQL. */
import type { Address } from '../../../harness/contracts/index.ts';
import { PostgresError } from '../postgres/errors.ts';
import { SessionPool } from '../postgres/session-pool.ts';

export interface Order {
  readonly id: number;
  readonly user: number;
  /** Above 0, or it is refused. */
  readonly amount: number;
}

/** Whether the event of an order is stored with it, in the same transaction. */
export type Along = 'with-event' | 'alone';

/** Rejects with PostgresError and TransportError. */
export interface Orders {
  store(order: Order, along: Along, signal: AbortSignal): Promise<'stored' | 'refused'>;
  /** The oldest events that are not marked. */
  unpublished(limit: number, signal: AbortSignal): Promise<readonly Order[]>;
  mark(published: readonly Order[], signal: AbortSignal): Promise<void>;
}

const ORDERS = 'ordeal_orders';
const OUTBOX = 'ordeal_outbox';
const TABLES = [
  `CREATE TABLE IF NOT EXISTS ${ORDERS} (id bigint PRIMARY KEY, customer integer NOT NULL, amount integer NOT NULL CHECK (amount > 0))`,
  `CREATE TABLE IF NOT EXISTS ${OUTBOX} (n bigserial PRIMARY KEY, id bigint NOT NULL, customer integer NOT NULL, amount integer NOT NULL)`,
];
const CHECK_VIOLATION = '23514';

export class PostgresOrders implements Orders {
  readonly #pool: SessionPool;

  constructor(address: Address) {
    this.#pool = new SessionPool(address);
  }

  async createTables(signal: AbortSignal): Promise<void> {
    await this.#pool.use(signal, (session) => session.ask(TABLES, 'committing', signal));
  }

  async store({ id, user, amount }: Order, along: Along, signal: AbortSignal): Promise<'stored' | 'refused'> {
    const values = [id, user, amount].map(integer).join(', ');
    const order = `INSERT INTO ${ORDERS} VALUES (${values})`;
    const event = `INSERT INTO ${OUTBOX} (id, customer, amount) VALUES (${values})`;
    try {
      // statements in one message are one transaction
      await this.#pool.use(signal, (session) => session.ask(along === 'with-event' ? [order, event] : [order], 'committing', signal));
      return 'stored';
    } catch (error) {
      if (error instanceof PostgresError && error.sqlState === CHECK_VIOLATION) return 'refused';
      throw error;
    }
  }

  async unpublished(limit: number, signal: AbortSignal): Promise<readonly Order[]> {
    const [answer] = await this.#pool.use(signal, (session) =>
      session.ask([`SELECT id, customer, amount FROM ${OUTBOX} ORDER BY n LIMIT ${integer(limit)}`], 'open', signal),
    );
    return answer!.rows.map(([id, user, amount]) => ({ id: Number(id), user: Number(user), amount: Number(amount) }));
  }

  async mark(published: readonly Order[], signal: AbortSignal): Promise<void> {
    const ids = published.map(({ id }) => integer(id)).join(', ');
    await this.#pool.use(signal, (session) => session.ask([`DELETE FROM ${OUTBOX} WHERE id IN (${ids})`], 'committing', signal));
  }
}

/** In place of a parameter, so that statements can share a message. */
function integer(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new Error(`not an integer: ${JSON.stringify(value)}`);
}
