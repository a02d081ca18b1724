/** The effect ledger as a node program: services reach it by messages, the harness reads it from the control position. */
import type { Env, NodeProgram, Value } from '../contracts/index.ts';
import { EffectLedger, type LedgerEntry, type SinkRequest } from './effect-ledger.ts';
import type { SinkKind } from './observed.ts';

export interface LedgerOptions {
  readonly sink: SinkKind;
}

/** What is sent to it. `call` is handed back with the answer, which goes to the sender. */
export interface ApplyMessage extends SinkRequest {
  readonly type: 'apply';
  readonly call: number;
}

/** Asks for the entries from a position on; answered at once. */
export interface LedgerQuery {
  readonly type: 'entries';
  readonly from: number;
}

export interface LedgerPage {
  readonly sink: SinkKind;
  readonly entries: readonly LedgerEntry[];
}

export const ledgerProgram: NodeProgram = {
  async start(env: Env, options: Value) {
    const ledger = new EffectLedger((options as unknown as LedgerOptions).sink);
    return {
      onMessage(from, message) {
        const request = message as unknown as ApplyMessage;
        if (request.type !== 'apply') return;
        env.send(from, { type: 'answer', call: request.call, value: ledger.apply(request) });
      },
      onRequest(message, reply) {
        const query = message as unknown as LedgerQuery;
        if (query.type === 'entries') reply({ sink: ledger.kind, entries: ledger.entriesFrom(query.from) } as unknown as Value);
        else reply({ idle: true });
      },
    };
  },
};
