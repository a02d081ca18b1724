/**
 * Messages came faster than they could be carried out. The queue had no bound: it grew until the broker ran out of
 * memory and died, with everything in it.
 */
import type { Env, NodeProgram, Ns, Value } from '../../harness/contracts/index.ts';
import { entryUrl } from '../../harness/entry/entry-url.ts';
import { ms } from '../../harness/time/units.ts';
import type { Incident } from '../stage/incident.ts';
import { PeerCalls } from '../stage/peer-calls.ts';
import { applying, nodeAt, type Order } from '../stage/requests.ts';

const MESSAGE_BYTES = 1 << 20;
/** What one message costs; with two cores, 200 a second is all that can be done. */
const COST: Ns = ms(10);
const PATIENCE = ms(60);

function broker({ bound }: { readonly bound: number }): NodeProgram {
  return {
    async start(env: Env, options: Value) {
      const calls = new PeerCalls(env);
      let queued = 0;
      const deliver = (order: Order): void => {
        calls.ask(nodeAt(options, -1), applying(order, `order-${order.intent}`), PATIENCE, (said) => {
          if (said === undefined) return deliver(order);
          queued--;
          env.alloc(-MESSAGE_BYTES);
        });
      };
      return {
        onMessage: (_from, message) => void calls.receive(message),
        onRequest(message, reply) {
          const { type, order } = message as unknown as { readonly type: string; readonly order: Order };
          if (type !== 'order') return reply({ idle: queued === 0 });
          if (queued >= bound) return reply({ refused: 'queue-full' });
          queued++;
          env.alloc(MESSAGE_BYTES);
          reply({ ok: 'queued' });
          void env.work(COST).then(() => deliver(order));
        },
      };
    },
  };
}

/** There is always room for one more. */
export const broken: NodeProgram = broker({ bound: Number.POSITIVE_INFINITY });

/** A full queue says so, and whoever asks can come again later. */
export const fixed: NodeProgram = broker({ bound: 64 });

const module = (name: string) => ({ url: entryUrl(import.meta.url, './slow-consumer').href, name, options: {} });

export const slowConsumer: Incident = {
  id: 'slow-consumer',
  group: 'delivery',
  summary: 'an unbounded queue grows until the broker dies with what it has acknowledged',
  wrong:
    'Orders come at twice the rate at which they can be carried out. The broker acknowledges each and keeps it in memory. Its queue grows until the memory is used up; the broker dies, and with it every order that it had acknowledged and not yet carried out.',
  mend: 'The queue has a bound. When it is full, an order is refused at once (back-pressure): nothing was promised, so nothing is lost, and what was acknowledged is carried out.',
  cast: [{ broken: module('broken'), fixed: module('fixed') }],
  sink: 'keyed',
  workload: { name: 'requests', options: { guarantee: 'at-least-once' } },
  faults: () => [],
  anomaly: 'lost-effect',
  floor: 0.4,
  ratePerSecond: 400,
  timeLimitMs: 3_000,
  sim: { memory: 256 * MESSAGE_BYTES, cores: 2 },
};
