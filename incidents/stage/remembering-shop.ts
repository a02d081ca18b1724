/** A service that keeps its own table of idempotency keys in front of a sink that knows none. */
import type { Env, NodeProgram, Value } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { PeerCalls } from './peer-calls.ts';
import { applying, nodeAt, type Order } from './requests.ts';

const PATIENCE = ms(500);

export interface KeyPolicy {
  readonly keyOf: (order: Order, env: Env) => string;
  /** Whether a key is bound to what it was first used for; another payload under it is refused. */
  readonly payloadChecked: boolean;
}

interface Remembered {
  readonly payload: string;
  /** Absent while the first request of the key is under way. */
  answer?: Value;
  readonly waiting: ((answer: Value) => void)[];
}

/** `policy` is all that the variants of an incident differ in. */
export function rememberingShop(policy: KeyPolicy): NodeProgram {
  return {
    async start(env: Env, options: Value) {
      const calls = new PeerCalls(env);
      const table = new Map<string, Remembered>();
      const take = (order: Order, reply: (answer: Value) => void): void => {
        const key = policy.keyOf(order, env);
        const payload = JSON.stringify([order.intent, order.user, order.amount]);
        const known = table.get(key);
        if (known === undefined) {
          const row: Remembered = { payload, waiting: [reply] };
          table.set(key, row);
          calls.ask(nodeAt(options, -1), applying(order), PATIENCE, (said) => {
            row.answer = said === undefined ? { unknown: 'provider-silent' } : { ok: said };
            for (const each of row.waiting) each(row.answer);
          });
        } else if (policy.payloadChecked && known.payload !== payload) reply({ refused: 'key-reused' });
        else if (known.answer === undefined) known.waiting.push(reply);
        else reply(known.answer);
      };
      return {
        onMessage(_from, message) {
          calls.receive(message);
        },
        onRequest(message, reply) {
          const { type, order } = message as unknown as { readonly type: string; readonly order: Order };
          if (type === 'order') take(order, reply);
          else reply({ idle: calls.outstanding === 0 });
        },
      };
    },
  };
}
