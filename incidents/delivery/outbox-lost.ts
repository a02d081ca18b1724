/**
 * A shop wrote each order to its database, said "thank you", and told the warehouse a moment later. It was killed in that
 * moment: orders that were paid for and never shipped.
 */
import type { NodeProgram } from '../../harness/contracts/index.ts';
import { entryUrl } from '../../harness/entry/entry-url.ts';
import { consumer } from '../stage/consumer.ts';
import type { Incident } from '../stage/incident.ts';
import { outboxShop } from '../stage/outbox-shop.ts';
import { windows } from '../stage/windows.ts';

/** What is still to be told stands in memory. */
export const broken: NodeProgram = outboxShop({ outbox: false });

/** What is still to be told is written with the order, and read again after a restart. */
export const fixed: NodeProgram = outboxShop({ outbox: true });

export const warehouse: NodeProgram = consumer({ inbox: true });

const module = (name: string) => ({ url: entryUrl(import.meta.url, './outbox-lost').href, name, options: {} });

export const outboxLost: Incident = {
  id: 'outbox-lost',
  group: 'delivery',
  summary: 'the event is published outside the transaction: a crash in between loses it',
  wrong:
    'The order is written to the database and acknowledged; the event that tells the warehouse is sent afterwards, from memory. When the shop is killed in between, the order is there and the event is not. Nothing ever sends it: the customer has paid, and nothing is shipped.',
  mend: 'The event is part of the same write as the order (an outbox). A relay publishes what is not yet marked, also after a restart, until the warehouse has acknowledged it.',
  cast: [
    { broken: module('broken'), fixed: module('fixed') },
    { broken: module('warehouse'), fixed: module('warehouse') },
  ],
  sink: 'plain',
  workload: { name: 'requests', options: { guarantee: 'at-least-once' } },
  faults: (rng) => windows(rng, 'restart', { target: ['n1'] }, { count: 5, lengthMs: 150, everyMs: 900 }),
  anomaly: 'lost-effect',
  floor: 0.6,
  ratePerSecond: 200,
  timeLimitMs: 5_000,
};
