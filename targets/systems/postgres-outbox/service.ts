/** What the service does with an order: store it, and have its effect happen in the outside world, in one of three ways. */
import type { Clock } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { withPatience } from '../patience/patience.ts';
import { classifyPostgresError } from '../postgres/errors.ts';
import type { OutboxOptions } from './options.ts';
import type { Along, Order, Orders } from './orders.ts';
import type { Publish } from './publisher.ts';

/** `nothing`: certainly neither stored nor published as far as the service knows. */
export type Ordered = 'stored' | 'refused' | 'nothing' | 'unknown';

/** A database or an outside world that takes longer does not answer. */
const PATIENCE = ms(1_000);
/** What is remembered is published so often, together. */
const FLUSH_EVERY = ms(100);
/** An outbox that was empty is looked into again after this. */
const LOOK_EVERY = ms(50);
const BATCH = 20;
const NEVER = new AbortController().signal;

export class OrderService {
  readonly #delivery: OutboxOptions['delivery'];
  readonly #orders: Orders;
  readonly #publish: Publish;
  readonly #clock: Clock;
  /** Stored, and to be published by this process. */
  readonly #remembered: Order[] = [];

  constructor(delivery: OutboxOptions['delivery'], orders: Orders, publish: Publish, clock: Clock) {
    this.#delivery = delivery;
    this.#orders = orders;
    this.#publish = publish;
    this.#clock = clock;
  }

  async order(order: Order): Promise<Ordered> {
    if (this.#delivery === 'outbox') return this.#store(order, 'with-event');
    if (this.#delivery === 'before-commit') {
      if (!(await this.#published(order))) return 'unknown';
      return this.#store(order, 'alone');
    }
    const ordered = await this.#store(order, 'alone');
    if (ordered === 'stored') this.#remembered.push(order);
    return ordered;
  }

  /** Whether nothing is left to be published. Rejects where that is not known. */
  async idle(): Promise<boolean> {
    if (this.#delivery !== 'outbox') return this.#remembered.length === 0;
    return (await this.#orders.unpublished(1, NEVER)).length === 0;
  }

  /** What goes on beside the orders, again and again. */
  async publishOn(): Promise<never> {
    for (;;) {
      const [done, pause] = this.#delivery === 'outbox' ? [await this.relay(), LOOK_EVERY] : [await this.#flush(), FLUSH_EVERY];
      if (!done) await this.#clock.sleep(pause);
    }
  }

  /** Publishes what is first in the outbox, and then marks it; false where there was nothing, or something is wrong. */
  async relay(): Promise<boolean> {
    const events = await this.#patiently((signal) => this.#orders.unpublished(BATCH, signal));
    const published: Order[] = [];
    for (const event of events ?? []) {
      if (!(await this.#published(event))) break;
      published.push(event);
    }
    if (published.length === 0) return false;
    return (await this.#patiently((signal) => this.#orders.mark(published, signal).then(() => true))) ?? false;
  }

  /** Publishes what is remembered; what could not be published is tried again next time. Always false: it is not done at once again. */
  async #flush(): Promise<false> {
    for (const order of [...this.#remembered]) if (await this.#published(order)) this.#remembered.splice(this.#remembered.indexOf(order), 1);
    return false;
  }

  async #published(order: Order): Promise<boolean> {
    return (await this.#patiently((signal) => this.#publish(order, signal).then(() => true))) ?? false;
  }

  async #store(order: Order, along: Along): Promise<Ordered> {
    try {
      return (await withPatience(this.#clock, NEVER, (signal) => this.#orders.store(order, along, signal), PATIENCE)) ?? 'unknown';
    } catch (error) {
      return classifyPostgresError(error)?.type === 'fail' ? 'nothing' : 'unknown';
    }
  }

  /** Undefined where it takes too long, or goes wrong. */
  async #patiently<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    try {
      return await withPatience(this.#clock, NEVER, ask, PATIENCE);
    } catch (error) {
      if (error instanceof TransportError || classifyPostgresError(error) !== undefined) return undefined;
      throw error;
    }
  }
}
