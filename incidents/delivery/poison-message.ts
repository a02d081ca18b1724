/**
 * A partition is consumed in order. One message could not be carried out, so it was tried again, and again; everything
 * behind it waited for ever.
 */
import type { Env, NodeProgram, Value } from '../../harness/contracts/index.ts';
import { entryUrl } from '../../harness/entry/entry-url.ts';
import { ms } from '../../harness/time/units.ts';
import type { Incident } from '../stage/incident.ts';
import { PeerCalls } from '../stage/peer-calls.ts';
import { applying, nodeAt, type Order } from '../stage/requests.ts';

const AGAIN = ms(20);
const PATIENCE = ms(60);

/** A queue and its worker. `attempts`: how often a message is tried before it is put aside for a person to look at. */
function partition({ attempts }: { readonly attempts: number }): NodeProgram {
  return {
    async start(env: Env, options: Value) {
      const calls = new PeerCalls(env);
      const queue: Order[] = [];
      const ledger = nodeAt(options, -1);
      const work = (attempt: number): void => {
        const order = queue[0];
        if (order === undefined) return;
        const next = (said: Value | undefined): void => {
          if (said !== undefined) queue.shift();
          work(said === undefined ? attempt : 1);
        };
        if (!order.malformed) calls.ask(ledger, applying(order, `order-${order.intent}`), PATIENCE, next);
        // dead letters leave the system as well: somebody gets them
        else if (attempt >= attempts) calls.ask(ledger, applying(order, `dead-letter-${order.intent}`), PATIENCE, next);
        else env.timer(AGAIN, () => work(attempt + 1));
      };
      return {
        onMessage: (_from, message) => void calls.receive(message),
        onRequest(message, reply) {
          const { type, order } = message as unknown as { readonly type: string; readonly order: Order };
          if (type !== 'order') return reply({ idle: queue.length === 0 });
          queue.push(order);
          reply({ ok: 'queued' });
          if (queue.length === 1) work(1);
        },
      };
    },
  };
}

/** It will work some day. */
export const broken: NodeProgram = partition({ attempts: Number.POSITIVE_INFINITY });

/** Three times, then the dead letters. */
export const fixed: NodeProgram = partition({ attempts: 3 });

const module = (name: string) => ({ url: entryUrl(import.meta.url, './poison-message').href, name, options: {} });

export const poisonMessage: Incident = {
  id: 'poison-message',
  group: 'delivery',
  summary: 'one message that cannot be carried out blocks everything behind it',
  wrong:
    'The worker takes messages in order and does not go on before a message is done. One message is malformed and can never be done. The worker tries it again for ever, and every good message behind it, acknowledged long ago, is never carried out.',
  mend: 'A message is tried three times and then put among the dead letters, where a person looks at it. The others go on.',
  cast: [{ broken: module('broken'), fixed: module('fixed') }],
  sink: 'keyed',
  workload: { name: 'requests', options: { guarantee: 'at-least-once', malformedEvery: 40 } },
  faults: () => [],
  anomaly: 'lost-effect',
  floor: 0.95,
  ratePerSecond: 100,
  timeLimitMs: 4_000,
};
