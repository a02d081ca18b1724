/** A shop that charges each order at the provider (the ledger), and tries again when no answer comes. */
import type { Env, NodeProgram, Ns, Value } from '../../harness/contracts/index.ts';
import { PeerCalls } from './peer-calls.ts';
import { applying, nodeAt, type Order } from './requests.ts';

const ATTEMPTS = 12;

export interface ShopPolicy {
  /** How long it waits for the provider. */
  readonly patience: Ns;
  /** The idempotency key of an attempt, counted from 1; undefined for none. */
  readonly keyOf: (order: Order, attempt: number) => string | undefined;
}

/** `keyOf` is all that the variants of an incident differ in. */
export function chargingShop({ patience, keyOf }: ShopPolicy): NodeProgram {
  return {
    async start(env: Env, options: Value) {
      const calls = new PeerCalls(env);
      const provider = nodeAt(options, -1);
      const charge = (order: Order, attempt: number, reply: (answer: Value) => void): void => {
        if (attempt > ATTEMPTS) reply({ unknown: 'provider-silent' });
        else
          calls.ask(provider, applying(order, keyOf(order, attempt)), patience, (said) => {
            if (said === undefined) return charge(order, attempt + 1, reply);
            return reply('refused' in (said as object) ? said : { ok: said });
          });
      };
      return {
        onMessage(_from, message) {
          calls.receive(message);
        },
        onRequest(message, reply) {
          const { type, order } = message as unknown as { readonly type: string; readonly order: Order };
          if (type === 'order') charge(order, 1, reply);
          else reply({ idle: calls.outstanding === 0 });
        },
      };
    },
  };
}
