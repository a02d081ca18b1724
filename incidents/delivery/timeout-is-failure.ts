/**
 * A shop charges cards at a payment provider. An answer got lost; the shop took the time-out for a failure and charged
 * again. The customer paid twice.
 */
import type { NodeProgram } from '../../harness/contracts/index.ts';
import { entryUrl } from '../../harness/entry/entry-url.ts';
import { ms } from '../../harness/time/units.ts';
import { chargingShop } from '../stage/charging-shop.ts';
import type { Incident } from '../stage/incident.ts';
import { lost, windows } from '../stage/windows.ts';

/** Every attempt is a charge of its own. */
export const broken: NodeProgram = chargingShop({ patience: ms(60), keyOf: () => undefined });

/** The attempts of an order carry its key, which the provider keeps with the charge: a repeat is answered, not charged. */
export const fixed: NodeProgram = chargingShop({ patience: ms(60), keyOf: (order) => `order-${order.intent}` });

const module = (name: string) => ({ url: entryUrl(import.meta.url, './timeout-is-failure').href, name, options: {} });

export const timeoutIsFailure: Incident = {
  id: 'timeout-is-failure',
  group: 'delivery',
  summary: 'a charge that timed out is taken for one that failed, and made again',
  wrong:
    'The shop asks the payment provider to charge a card and waits 60 ms. The charge is made, but the answer is lost on the way back. The shop takes the silence for a failure and sends the charge again as a new request. The provider cannot tell the repeat from a second purchase: the customer pays twice.',
  mend: 'Every attempt of one order carries the same idempotency key, and the provider stores the key together with the charge. A repeat finds the key and gets the first answer back, so however many attempts are lost, there is one charge.',
  cast: [{ broken: module('broken'), fixed: module('fixed') }],
  sink: 'keyed',
  workload: { name: 'requests', options: { guarantee: 'at-most-once' } },
  faults: (rng) => windows(rng, 'partition', lost('n2', 'n1'), { count: 4, lengthMs: 250, everyMs: 1_000 }),
  anomaly: 'duplicate-effect',
  floor: 0.8,
  ratePerSecond: 100,
  timeLimitMs: 5_000,
};
