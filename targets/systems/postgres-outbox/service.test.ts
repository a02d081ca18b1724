import { describe, expect, it } from 'vitest';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { TransportError } from '../http-exchange/http-exchange.ts';
import type { OutboxOptions } from './options.ts';
import type { Along, Order, Orders } from './orders.ts';
import { OrderService } from './service.ts';

const clock = createRealClock();
const order = (id: number, amount = 5): Order => ({ id, user: 1, amount });
const lost = (sent: 'nothing' | 'maybe') => new TransportError(sent, 'ECONNRESET', 'lost');

/** A database and an outside world that remember, and fail when told to. */
class World implements Orders {
  readonly stored: number[] = [];
  readonly outbox: Order[] = [];
  readonly published: number[] = [];
  failing: Error | undefined;
  unheard = false;

  async store(given: Order, along: Along): Promise<'stored' | 'refused'> {
    if (this.failing) throw this.failing;
    if (given.amount <= 0) return 'refused';
    this.stored.push(given.id);
    if (along === 'with-event') this.outbox.push(given);
    return 'stored';
  }

  async unpublished(limit: number): Promise<readonly Order[]> {
    return this.outbox.slice(0, limit);
  }

  async mark(published: readonly Order[]): Promise<void> {
    if (this.failing) throw this.failing;
    this.outbox.splice(0, published.length);
  }

  readonly publish = async ({ id }: Order): Promise<void> => {
    if (this.unheard) throw lost('maybe');
    this.published.push(id);
  };
}

function made(delivery: OutboxOptions['delivery']): { readonly world: World; readonly service: OrderService } {
  const world = new World();
  return { world, service: new OrderService(delivery, world, world.publish, clock) };
}

describe('an outbox', () => {
  it('holds what was stored until it is published', async () => {
    const { world, service } = made('outbox');
    expect([await service.order(order(1)), await service.order(order(2, 0)), world.published, await service.idle()]).toEqual(['stored', 'refused', [], false]);
    expect([await service.relay(), await service.relay(), world.published, await service.idle()]).toEqual([true, false, [1], true]);
  });

  it('keeps what nobody heard of, and publishes again what was not marked', async () => {
    const { world, service } = made('outbox');
    await service.order(order(1));
    world.unheard = true;
    expect([await service.relay(), world.outbox.length]).toEqual([false, 1]);
    world.unheard = false;
    world.failing = lost('maybe');
    expect(await service.relay()).toBe(false);
    world.failing = undefined;
    expect([await service.relay(), world.published]).toEqual([true, [1, 1]]);
  });
});

describe('a service without one', () => {
  it('forgets what it was to publish after the commit when it ends', async () => {
    const { world, service } = made('after-commit');
    expect([await service.order(order(1)), world.published, await service.idle()]).toEqual(['stored', [], false]);
    const restarted = new OrderService('after-commit', world, world.publish, clock);
    expect([await restarted.idle(), await restarted.relay(), world.published]).toEqual([true, false, []]);
  });

  it('has published what is then refused, where it publishes before the commit', async () => {
    const { world, service } = made('before-commit');
    expect([await service.order(order(1, 0)), world.published, world.stored]).toEqual(['refused', [1], []]);
  });
});

describe('what a service knows of an order', () => {
  it.each([
    ['nothing', 'nothing'],
    ['maybe', 'unknown'],
  ] as const)('whose statement carried %s: %s', async (sent, ordered) => {
    const { world, service } = made('outbox');
    world.failing = lost(sent);
    expect(await service.order(order(1))).toBe(ordered);
  });
});
