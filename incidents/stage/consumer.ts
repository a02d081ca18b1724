/** A consumer of events: carries each out in the outside world, then acknowledges it. */
import type { Env, NodeProgram, Value } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { PeerCalls } from './peer-calls.ts';
import { answer, applying, nodeAt, type Order } from './requests.ts';

const PATIENCE = ms(50);

/** `inbox`: it remembers the events that it has taken on, and carries each out once; a repeat is only acknowledged. */
export function consumer({ inbox }: { readonly inbox: boolean }): NodeProgram {
  return {
    async start(env: Env, options: Value) {
      const calls = new PeerCalls(env);
      const taken = new Map<number, 'begun' | 'done'>();
      return {
        onMessage(from, message) {
          if (calls.receive(message)) return;
          const { order } = message as unknown as { readonly order: Order };
          const state = inbox ? taken.get(order.intent) : undefined;
          if (state === 'done') return answer(env, from, message, 'seen');
          if (state === 'begun') return;
          taken.set(order.intent, 'begun');
          calls.ask(nodeAt(options, -1), applying(order), PATIENCE, (said) => {
            if (said === undefined) return;
            taken.set(order.intent, 'done');
            answer(env, from, message, 'done');
          });
        },
        onRequest: (_message, reply) => reply({ idle: calls.outstanding === 0 }),
      };
    },
  };
}
