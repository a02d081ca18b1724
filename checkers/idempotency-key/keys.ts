/** What was asked under each idempotency key, what was answered, and what the world saw of it. One pass. */
import { type Budget, type History, NO_VALUE } from '../../harness/contracts/index.ts';
import { eventType, INVOKE, isClient } from '../../harness/history/columns.ts';
import { COMPLETE, EFFECT, LEDGER } from '../../harness/ledger/observed.ts';
import { observerCode } from '../columns/events.ts';
import { ask } from '../verdict/exhausted.ts';

/** Event indices, in order. */
export interface KeyUse {
  /** Invocations. */
  readonly requests: number[];
  readonly effects: number[];
}

export interface KeyUses {
  readonly uses: readonly KeyUse[];
  /** Invocations without a key. */
  readonly without: readonly number[];
  readonly effects: number;
  /** Whether the ledger had been read to its end after the last request. */
  readonly complete: boolean;
}

const BYTES_PER_REQUEST = 60;

/** O(events). Throws BudgetExhausted. */
export function usesOfKeys(history: History, request: string, budget: Budget): KeyUses {
  const { columns } = history;
  const byKey = new Map<number, KeyUse>();
  const without: number[] = [];
  const ledger = observerCode(history, LEDGER);
  const [asked, effect, end] = [request, EFFECT, COMPLETE].map((f) => history.fs.indexOf(f));
  let [effects, requests, complete] = [0, 0, false];
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xffff) === 0) {
      ask(budget, requests * BYTES_PER_REQUEST);
      budget.progress(i, history.length);
    }
    const f = columns.f[i]!;
    const key = columns.key[i]!;
    if (columns.process[i] === ledger) {
      if (f === end) complete = true;
      if (f !== effect) continue;
      effects++;
      useOf(byKey, key).effects.push(i);
    } else if (f === asked && isClient(columns, i) && eventType(columns, i) === INVOKE) {
      complete = false;
      requests++;
      if (key === NO_VALUE) without.push(i);
      else useOf(byKey, key).requests.push(i);
    }
  }
  return { uses: [...byKey.values()], without, effects, complete };
}

function useOf(byKey: Map<number, KeyUse>, key: number): KeyUse {
  let use = byKey.get(key);
  if (use === undefined) {
    use = { requests: [], effects: [] };
    byKey.set(key, use);
  }
  return use;
}
