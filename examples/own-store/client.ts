/** Clients of the warehouse: one request an operation, and what its end means. They never retry. */
import type { ClientFactory, Outcome, Value } from 'ordeal';
import type { Answer } from './warehouse.ts';

export const stockClients: ClientFactory = {
  async open(node) {
    const channel = node.channel('clients');
    return {
      async invoke({ f, key, value }, call) {
        const order = { f, item: String(key), amount: Number(value) };
        const answer = (await channel.request({ type: 'order', order }, call.signal)) as unknown as Answer;
        return outcomeOf(answer);
      },
      close: () => channel.close(),
    };
  },
  /** A refused connection certainly had no effect; everything else may have had one. */
  classify: (error) => {
    const code: Value = error instanceof Error && 'code' in error ? String(error.code) : '';
    return code === 'ECONNREFUSED' ? { type: 'fail', error: { code, message: 'nobody listens' } } : undefined;
  },
};

/** A refused order happened, too: it was seen that there was not enough. */
function outcomeOf({ type, left }: Answer): Outcome {
  return type === 'refused' ? { type: 'ok', value: left, applied: false } : { type: 'ok', value: left };
}
