/** A shop that takes orders and tells a consumer of each; what it tells stands in an outbox on its disk, or does not. */
import type { Env, NodeProgram, Value } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { DurableLines } from './durable-lines.ts';
import { PeerCalls } from './peer-calls.ts';
import { nodeAt, type Order } from './requests.ts';

/** How often the relay looks; a crash in between finds orders that nobody was told of. */
const RELAY = ms(30);
const PATIENCE = ms(60);

type Row = { readonly order: Order } | { readonly published: readonly number[] };

/** `outbox`: what is still to be published is read from the disk at the start; without it only memory knows. */
export function outboxShop({ outbox }: { readonly outbox: boolean }): NodeProgram {
  return {
    async start(env: Env, options: Value) {
      const calls = new PeerCalls(env);
      const { file, lines } = await DurableLines.open(env, 'orders');
      const unpublished = new Map<number, Order>();
      let writing = 0;
      if (outbox) for (const row of lines as unknown as Row[]) note(row, unpublished);
      const underWay = new Set<number>();
      let told: number[] = [];
      const relay = (): void => {
        env.timer(RELAY, relay);
        // marked together, one write for many
        if (told.length > 0) mark(told.splice(0));
        for (const order of unpublished.values()) publish(order);
      };
      const mark = (published: number[]): void => {
        for (const intent of published) unpublished.delete(intent);
        if (!outbox) return;
        writing++;
        void file.write({ published }).then(() => writing--);
      };
      const publish = (order: Order): void => {
        if (underWay.has(order.intent)) return;
        underWay.add(order.intent);
        calls.ask(nodeAt(options, 1), { type: 'event', order: { ...order } }, PATIENCE, (said) => {
          // while an order waits for its mark it is not published again
          if (said === undefined) underWay.delete(order.intent);
          else told = [...told, order.intent];
        });
      };
      relay();
      return {
        onMessage: (_from, message) => void calls.receive(message),
        onRequest(message, reply) {
          const { type, order } = message as unknown as { readonly type: string; readonly order: Order };
          if (type !== 'order') return reply({ idle: unpublished.size === 0 && writing === 0 });
          void file.write({ order: { ...order } }).then(() => {
            unpublished.set(order.intent, order);
            reply({ ok: 'taken' });
          });
        },
      };
    },
  };
}

function note(row: Row, unpublished: Map<number, Order>): void {
  if ('order' in row) unpublished.set(row.order.intent, row.order);
  else for (const intent of row.published) unpublished.delete(intent);
}
