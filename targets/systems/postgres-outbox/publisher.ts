/** Tells the outside world of an order, once. */
import type { Address } from '../../../harness/contracts/index.ts';
import { type HttpExchange, openHttpExchange, TransportError } from '../http-exchange/http-exchange.ts';
import type { OutboxOptions } from './options.ts';
import type { Order } from './orders.ts';

/** Rejects with TransportError where it is not known that the outside world has it. */
export type Publish = (order: Order, signal: AbortSignal) => Promise<void>;

export function publisherTo(address: Address, inbox: OutboxOptions['inbox']): Publish {
  const idle: HttpExchange[] = [];
  return async ({ id, user, amount }, signal) => {
    const exchange = idle.pop() ?? openHttpExchange(address);
    const headers = { 'content-type': 'application/json', ...(inbox === 'by-event' && { 'idempotency-key': `order-${id}` }) };
    const answer = await exchange.request({ method: 'POST', path: '/events', headers, json: JSON.stringify({ intent: id, user, amount }) }, signal);
    if (answer.status !== 200) throw new TransportError('maybe', `status-${answer.status}`, answer.text);
    idle.push(exchange);
  };
}
