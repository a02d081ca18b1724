/**
 * To keep double clicks from charging twice, a shop remembered what it had answered to each user. A user's second, different
 * purchase got the answer to the first: paid, it said, and nothing was.
 */
import type { NodeProgram } from '../../harness/contracts/index.ts';
import { entryUrl } from '../../harness/entry/entry-url.ts';
import type { Incident } from '../stage/incident.ts';
import { rememberingShop } from '../stage/remembering-shop.ts';

/** Keyed by who asks. */
export const broken: NodeProgram = rememberingShop({ keyOf: (order) => `user-${order.user}`, payloadChecked: false });

/** Keyed by what is asked, and bound to it. */
export const fixed: NodeProgram = rememberingShop({ keyOf: (order) => `order-${order.intent}`, payloadChecked: true });

const module = (name: string) => ({ url: entryUrl(import.meta.url, './idempotency-key-too-broad').href, name, options: {} });

export const idempotencyKeyTooBroad: Incident = {
  id: 'idempotency-key-too-broad',
  group: 'delivery',
  summary: 'the idempotency key is the user: a second, different charge gets the answer to the first',
  wrong:
    "The shop stores the answer to each charge under the user's id and returns it when the user comes again. That stops double clicks, and every later purchase as well: a second, different charge finds the stored answer, is told that it succeeded, and never reaches the provider.",
  mend: 'The key names one purchase, and is stored with the payload that it was first used for: the same key with another payload is refused, not answered.',
  cast: [{ broken: module('broken'), fixed: module('fixed') }],
  sink: 'plain',
  workload: { name: 'requests', options: { guarantee: 'at-least-once' } },
  faults: () => [],
  anomaly: 'lost-effect',
  floor: 0.95,
  ratePerSecond: 100,
  timeLimitMs: 3_000,
};
