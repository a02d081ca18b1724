/**
 * The payment service looked its key up, charged, and then wrote the key down. Between the look and the write there was
 * time for a second attempt, and for a crash.
 */
import type { Env, NodeProgram, Value } from '../../harness/contracts/index.ts';
import { entryUrl } from '../../harness/entry/entry-url.ts';
import { ms } from '../../harness/time/units.ts';
import { DurableLines } from '../stage/durable-lines.ts';
import type { Incident } from '../stage/incident.ts';
import { PeerCalls } from '../stage/peer-calls.ts';
import { answer, applying, nodeAt, type Order } from '../stage/requests.ts';
import { windows } from '../stage/windows.ts';

const ATTEMPTS = 10;

/** The gateway repeats an order, with its key, until the payment service says what became of it. */
export const gateway: NodeProgram = {
  async start(env: Env, options: Value) {
    const calls = new PeerCalls(env);
    const pay = (order: Order, attempt: number, reply: (answer: Value) => void): void => {
      if (attempt > ATTEMPTS) reply({ unknown: 'payments-silent' });
      else
        calls.ask(nodeAt(options, 1), { type: 'pay', order: { ...order } }, ms(80), (said) => {
          if (said === undefined) pay(order, attempt + 1, reply);
          else reply(said);
        });
    };
    return {
      onMessage: (_from, message) => void calls.receive(message),
      onRequest(message, reply) {
        const { type, order } = message as unknown as { readonly type: string; readonly order: Order };
        if (type === 'order') pay(order, 1, reply);
        else reply({ idle: calls.outstanding === 0 });
      },
    };
  },
};

type Row = { readonly intent: number; readonly state: 'started' | 'done' };

function payments(recordFirst: boolean): NodeProgram {
  return {
    async start(env: Env, options: Value) {
      const calls = new PeerCalls(env);
      const { file, lines } = await DurableLines.open(env, 'keys');
      const rows = new Map((lines as unknown as Row[]).map((row) => [row.intent, row.state]));
      const charge = (order: Order, reply: (said: Value) => void): void => {
        calls.ask(nodeAt(options, -1), applying(order), ms(300), (said) => {
          // no answer: it may have been charged, so it is never tried again
          if (said === undefined) return reply({ unknown: 'provider-silent' });
          void file.write({ intent: order.intent, state: 'done' }).then(() => {
            rows.set(order.intent, 'done');
            reply({ ok: said });
          });
        });
      };
      // attempts that wait for the one that began
      const waiting = new Map<number, ((said: Value) => void)[]>();
      const claim = (order: Order, reply: (said: Value) => void): void => {
        const everybody = [reply];
        waiting.set(order.intent, everybody);
        void file.write({ intent: order.intent, state: 'started' }).then(() =>
          charge(order, (said) => {
            waiting.delete(order.intent);
            rows.set(order.intent, 'ok' in (said as object) ? 'done' : 'started');
            for (const each of everybody) each(said);
          }),
        );
      };
      const pay = (order: Order, reply: (said: Value) => void): void => {
        const state = rows.get(order.intent);
        const begun = waiting.get(order.intent);
        if (state === 'done') reply({ ok: 'stored' });
        else if (!recordFirst) charge(order, reply);
        else if (begun !== undefined) begun.push(reply);
        else if (state === undefined) claim(order, reply);
        // begun before a crash, or never answered: it may have been charged, so it is not charged again
        else reply({ unknown: 'begun-before' });
      };
      return {
        onMessage(from, message) {
          if (calls.receive(message)) return;
          pay((message as unknown as { readonly order: Order }).order, (said) => answer(env, from, message, said));
        },
        onRequest: (_message, reply) => reply({ idle: calls.outstanding === 0 }),
      };
    },
  };
}

/** Looks the key up, charges, writes the key down. */
export const broken: NodeProgram = payments(false);

/** Writes down that the charge is begun before it is. */
export const fixed: NodeProgram = payments(true);

const module = (name: string) => ({ url: entryUrl(import.meta.url, './idempotency-race').href, name, options: {} });

export const idempotencyRace: Incident = {
  id: 'idempotency-race',
  group: 'delivery',
  summary: 'the key is written down after the charge: a crash, or a second attempt, comes between',
  wrong:
    'The payment service looks the idempotency key up, charges the card, and stores the key when the charge is answered. It is killed after the charge went out and before the key is stored. The gateway gets no answer and repeats the order; the restarted service does not find the key and charges again. A second attempt that comes while the first waits for the provider slips through the same gap.',
  mend: 'The key is claimed, durably, before the charge: "started", then "done". An attempt that finds "started" does not charge: it waits for the one that began, and after a crash the honest answer is that nobody knows.',
  cast: [
    { broken: module('gateway'), fixed: module('gateway') },
    { broken: module('broken'), fixed: module('fixed') },
  ],
  sink: 'plain',
  workload: { name: 'requests', options: { guarantee: 'at-most-once' } },
  faults: (rng) => windows(rng, 'kill', { target: ['n2'] }, { count: 8, lengthMs: 150, everyMs: 580 }),
  anomaly: 'duplicate-effect',
  floor: 0.6,
  ratePerSecond: 500,
  timeLimitMs: 5_000,
  // a disk of the usual kind: the gap is as wide as a flush
  sim: { fsyncLatency: '2ms' },
};
