/** Intents and what became of them: one pass over the columns that relates invocations, outcomes and effects by their key. */
import { type Budget, type History, NO_VALUE } from '../../harness/contracts/index.ts';
import { eventType, INFO, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { ARRIVAL, COMPLETE, EFFECT, LEDGER } from '../../harness/ledger/observed.ts';
import { outcomeAt } from '../columns/events.ts';
import { ask } from '../verdict/exhausted.ts';

/** `refused`: it failed for certain, or a condition refused it. */
export type IntentOutcome = 'acknowledged' | 'refused' | 'unknown';

export interface Intent {
  /** Index of the invocation. */
  readonly invoked: number;
  /** Index of the completion, -1 without one. */
  readonly completed: number;
  readonly outcome: IntentOutcome;
  /** The indices of its effects, in the ledger's order. */
  readonly effects: number[];
}

export interface Intents {
  readonly intents: readonly Intent[];
  /** Effects whose intent nobody had stated before. */
  readonly foreign: readonly number[];
  /** How many effects carry no tag at all: whose they are cannot be told. */
  readonly untagged: number;
  /** Invocations without a key, or with one that an earlier invocation has. */
  readonly unclear: readonly number[];
  readonly arrivals: number;
  readonly effects: number;
  /** Whether the ledger had been read to its end after the last invocation. */
  readonly complete: boolean;
}

const BYTES_PER_INTENT = 160;

/** O(events): equal keys have equal ids in the columns. `requests` are the names of the operations that state an intent. */
export function relate(history: History, requests: readonly string[], budget: Budget): Intents {
  const { columns } = history;
  const codes = codesOf(history, requests);
  const byKey = new Map<number, Intent>();
  const foreign: number[] = [];
  const unclear: number[] = [];
  let untagged = 0;
  let arrivals = 0;
  let effects = 0;
  let complete = false;
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xffff) === 0) {
      ask(budget, byKey.size * BYTES_PER_INTENT);
      budget.progress(i, history.length);
    }
    const f = columns.f[i]!;
    if (columns.process[i] === codes.ledger) {
      if (f === codes.arrival) arrivals++;
      else if (f === codes.complete) complete = true;
      else if (f === codes.effect) {
        effects++;
        const intent = byKey.get(columns.key[i]!);
        if (columns.key[i] === NO_VALUE) untagged++;
        else if (intent === undefined) foreign.push(i);
        else intent.effects.push(i);
      }
    } else if (codes.requests.has(f) && isClient(columns, i) && eventType(columns, i) === INVOKE) {
      complete = false;
      const key = columns.key[i]!;
      if (key === NO_VALUE || byKey.has(key)) unclear.push(i);
      else byKey.set(key, { invoked: i, completed: columns.pair[i]!, outcome: outcomeOf(history, i), effects: [] });
    }
  }
  return { intents: [...byKey.values()], foreign, untagged, unclear, arrivals, effects, complete };
}

function codesOf(history: History, requests: readonly string[]) {
  const observer = history.observers.indexOf(LEDGER);
  const code = (f: string): number => history.fs.indexOf(f);
  // a code that no event has: observers are -2 and below, the nemesis is -1
  const ledger = observer < 0 ? Number.NaN : -2 - observer;
  return { ledger, arrival: code(ARRIVAL), effect: code(EFFECT), complete: code(COMPLETE), requests: new Set(requests.map(code)) };
}

function outcomeOf(history: History, invoked: number): IntentOutcome {
  const outcome = outcomeAt(history.columns, invoked);
  if (outcome === INFO) return 'unknown';
  return outcome === OK && isApplied(history.columns, history.columns.pair[invoked]!) ? 'acknowledged' : 'refused';
}
