/**
 * The shop had learnt its lesson and sent an idempotency key. The key was minted where the request is sent: each retry had
 * a new one, so that the provider saw as many purchases as attempts.
 */
import type { NodeProgram } from '../../harness/contracts/index.ts';
import { entryUrl } from '../../harness/entry/entry-url.ts';
import { ms } from '../../harness/time/units.ts';
import { chargingShop } from '../stage/charging-shop.ts';
import type { Incident } from '../stage/incident.ts';
import { lost, windows } from '../stage/windows.ts';

/** A key for the attempt. */
export const broken: NodeProgram = chargingShop({ patience: ms(60), keyOf: (order, attempt) => `order-${order.intent}-attempt-${attempt}` });

/** A key for the business operation. */
export const fixed: NodeProgram = chargingShop({ patience: ms(60), keyOf: (order) => `order-${order.intent}` });

const module = (name: string) => ({ url: entryUrl(import.meta.url, './double-charge-new-key').href, name, options: {} });

export const doubleChargeNewKey: Incident = {
  id: 'double-charge-new-key',
  group: 'delivery',
  summary: 'each retry mints a new idempotency key, so none of them is recognised',
  wrong:
    'The shop sends an idempotency key with every charge, but makes the key just before sending. When an answer is lost and the shop tries again, the second attempt has another key. To the provider these are two charges that have nothing to do with each other, and it makes both.',
  mend: 'The key is made once for each order, when the order is taken, and all its attempts carry it. The provider recognises the repeat and returns the first answer.',
  cast: [{ broken: module('broken'), fixed: module('fixed') }],
  sink: 'keyed',
  workload: { name: 'requests', options: { guarantee: 'at-most-once' } },
  faults: (rng) => windows(rng, 'partition', lost('n2', 'n1'), { count: 4, lengthMs: 250, everyMs: 1_000 }),
  anomaly: 'duplicate-effect',
  floor: 0.8,
  ratePerSecond: 100,
  timeLimitMs: 5_000,
};
