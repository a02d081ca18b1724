/**
 * A shop with a textbook outbox: orders and their events in one transaction, a relay that publishes and then marks. The
 * relay died between the two, published again when it came back, and the consumer shipped twice.
 */
import type { NodeProgram } from '../../harness/contracts/index.ts';
import { entryUrl } from '../../harness/entry/entry-url.ts';
import { consumer } from '../stage/consumer.ts';
import type { Incident } from '../stage/incident.ts';
import { outboxShop } from '../stage/outbox-shop.ts';
import { windows } from '../stage/windows.ts';

/** An outbox publishes at least once: after a crash, again. */
export const shop: NodeProgram = outboxShop({ outbox: true });

/** Ships whatever it is told. */
export const broken: NodeProgram = consumer({ inbox: false });

/** Ships each event once, by its id. */
export const fixed: NodeProgram = consumer({ inbox: true });

const module = (name: string) => ({ url: entryUrl(import.meta.url, './outbox-published-twice').href, name, options: {} });

export const outboxPublishedTwice: Incident = {
  id: 'outbox-published-twice',
  group: 'delivery',
  summary: 'the relay crashes between publishing and marking, and the consumer is not idempotent',
  wrong:
    'The relay publishes events from the outbox and marks them as published a little later, many at a time. It is killed in between. After the restart the outbox says that these events are still to be published, and it publishes them again. The consumer takes each delivery for a new order and ships it twice.',
  mend: 'An outbox can only promise "at least once", so the consumer keeps an inbox: the ids of the events that it has taken on. A repeat is acknowledged and not carried out.',
  cast: [
    { broken: module('shop'), fixed: module('shop') },
    { broken: module('broken'), fixed: module('fixed') },
  ],
  sink: 'plain',
  workload: { name: 'requests', options: { guarantee: 'at-most-once' } },
  faults: (rng) => windows(rng, 'restart', { target: ['n1'] }, { count: 5, lengthMs: 150, everyMs: 900 }),
  anomaly: 'duplicate-effect',
  floor: 0.6,
  ratePerSecond: 200,
  timeLimitMs: 5_000,
};
