/**
 * A shop made its idempotency keys from the time of day in milliseconds. Two customers who paid in the same millisecond
 * shared a key, and one of them got the other's receipt.
 */
import type { NodeProgram } from '../../harness/contracts/index.ts';
import { entryUrl } from '../../harness/entry/entry-url.ts';
import type { Incident } from '../stage/incident.ts';
import { rememberingShop } from '../stage/remembering-shop.ts';

/** As many keys as there are milliseconds. */
export const broken: NodeProgram = rememberingShop({ keyOf: (_order, env) => `at-${Math.floor(env.clock.wallMs())}`, payloadChecked: false });

/** The number of the order is unique, and a key that came twice after all is noticed by its payload. */
export const fixed: NodeProgram = rememberingShop({ keyOf: (order) => `order-${order.intent}`, payloadChecked: true });

const module = (name: string) => ({ url: entryUrl(import.meta.url, './idempotency-key-collision').href, name, options: {} });

export const idempotencyKeyCollision: Incident = {
  id: 'idempotency-key-collision',
  group: 'delivery',
  summary: 'keys are made from a timestamp: two requests of one millisecond share one',
  wrong:
    'The idempotency key is the time of day in milliseconds. Nothing goes wrong while the shop is quiet. When two orders come within the same millisecond they get the same key; the second is taken for a repeat of the first, is answered with its receipt, and is never carried out.',
  mend: 'The key is unique by construction, and the table compares payloads: what is not a repeat is refused, so that a collision could not pass unnoticed.',
  cast: [{ broken: module('broken'), fixed: module('fixed') }],
  sink: 'plain',
  workload: { name: 'requests', options: { guarantee: 'at-least-once' } },
  faults: () => [],
  anomaly: 'lost-effect',
  floor: 0.95,
  ratePerSecond: 500,
  timeLimitMs: 3_000,
};
