/** Sagas, and what the ledger saw of each. One pass. */
import { type Budget, type History, NO_VALUE, type Value } from '../../harness/contracts/index.ts';
import { eventType, INVOKE, isClient } from '../../harness/history/columns.ts';
import { COMPLETE, EFFECT, LEDGER } from '../../harness/ledger/observed.ts';
import { type Fate, fateAt, observerCode } from '../columns/events.ts';
import { ask } from '../verdict/exhausted.ts';

interface StepEffect {
  readonly at: number;
  readonly step: string;
}

export interface Saga {
  readonly invoked: number;
  readonly fate: Fate;
  readonly steps: readonly string[];
  /** In the ledger's order. */
  readonly effects: StepEffect[];
  /** How often each step was done, less how often it was undone. */
  readonly net: Map<string, number>;
}

export interface Sagas {
  readonly sagas: readonly Saga[];
  readonly effects: number;
  readonly compensations: number;
  readonly complete: boolean;
  /** Invocations without a key of their own or a list of steps. */
  readonly unclear: readonly number[];
}

const BYTES_PER_SAGA = 300;

/** O(events + steps). Effects of sagas that nobody had begun are left to the checker `side-effects`. Throws BudgetExhausted. */
export function collectSagas(history: History, f: string, budget: Budget): Sagas {
  const { columns } = history;
  const ledger = observerCode(history, LEDGER);
  const [begun, effect, end] = [f, EFFECT, COMPLETE].map((name) => history.fs.indexOf(name));
  const byKey = new Map<number, Saga>();
  const repeated = new Set<number>();
  const unclear: number[] = [];
  let [effects, compensations, complete] = [0, 0, false];
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xfff) === 0) {
      ask(budget, byKey.size * BYTES_PER_SAGA);
      budget.progress(i, history.length);
    }
    const key = columns.key[i]!;
    if (columns.process[i] === ledger) {
      if (columns.f[i] === end) complete = true;
      const named = columns.f[i] === effect ? stepOf(history.value(columns.value[i]!)) : undefined;
      const saga = byKey.get(key);
      if (named === undefined || saga === undefined) continue;
      effects++;
      if (named.by < 0) compensations++;
      saga.effects.push({ at: i, step: named.step });
      saga.net.set(named.step, (saga.net.get(named.step) ?? 0) + named.by);
    } else if (columns.f[i] === begun && isClient(columns, i) && eventType(columns, i) === INVOKE) {
      complete = false;
      const steps = stepsOf(history.value(columns.value[i]!));
      if (key === NO_VALUE || steps === undefined) unclear.push(i);
      else if (byKey.has(key)) {
        unclear.push(i);
        repeated.add(key);
      } else byKey.set(key, { invoked: i, fate: fateAt(columns, i), steps, effects: [], net: new Map() });
    }
  }
  for (const key of repeated) byKey.delete(key);
  return { sagas: [...byKey.values()], effects, compensations, complete, unclear };
}

function stepOf(value: Value | undefined): { readonly step: string; readonly by: number } | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { step, undo } = value as Readonly<Record<string, Value>>;
  if (typeof step === 'string') return { step, by: 1 };
  return typeof undo === 'string' ? { step: undo, by: -1 } : undefined;
}

function stepsOf(value: Value | undefined): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return (value as readonly Value[]).every((step) => typeof step === 'string') ? (value as readonly string[]) : undefined;
}
