/** A broker delivered a message again because the acknowledgement of the first delivery was lost. The consumer did it again, too. */
import type { NodeProgram } from '../../harness/contracts/index.ts';
import { entryUrl } from '../../harness/entry/entry-url.ts';
import { consumer } from '../stage/consumer.ts';
import type { Incident } from '../stage/incident.ts';
import { outboxShop } from '../stage/outbox-shop.ts';
import { lost, windows } from '../stage/windows.ts';

/** Keeps each message until it is acknowledged, and delivers it again every 60 ms until then. */
export const broker: NodeProgram = outboxShop({ outbox: true });

/** A delivery is an order. */
export const broken: NodeProgram = consumer({ inbox: false });

/** A delivery is an order when its id is new. */
export const fixed: NodeProgram = consumer({ inbox: true });

const module = (name: string) => ({ url: entryUrl(import.meta.url, './non-idempotent-consumer').href, name, options: {} });

export const nonIdempotentConsumer: Incident = {
  id: 'non-idempotent-consumer',
  group: 'delivery',
  summary: 'the broker redelivers after a lost acknowledgement, and the consumer acts again',
  wrong:
    'The consumer carries a message out and acknowledges it. The acknowledgement is lost; the broker, which promises to deliver at least once, delivers the message again, and again. Each delivery is carried out.',
  mend: 'The consumer keeps an inbox of message ids. What it has carried out it only acknowledges, however often it comes.',
  cast: [
    { broken: module('broker'), fixed: module('broker') },
    { broken: module('broken'), fixed: module('fixed') },
  ],
  sink: 'plain',
  workload: { name: 'requests', options: { guarantee: 'at-most-once' } },
  faults: (rng) => windows(rng, 'partition', lost('n2', 'n1'), { count: 4, lengthMs: 250, everyMs: 1_000 }),
  anomaly: 'duplicate-effect',
  floor: 0.9,
  ratePerSecond: 100,
  timeLimitMs: 5_000,
};
