/** Transactions over several participants: what each voted and decided, and what the client was told. One pass. */
import { type Budget, type History, NO_VALUE, type Value } from '../../harness/contracts/index.ts';
import { eventType, INVOKE, isClient } from '../../harness/history/columns.ts';
import { COMPLETE } from '../../harness/ledger/observed.ts';
import { type Fate, fateAt, observerCode } from '../columns/events.ts';
import { ask } from '../verdict/exhausted.ts';

/** Event indices, -1 where there is none. The first of each kind. */
export interface Participant {
  readonly name: string;
  yes: number;
  no: number;
  commit: number;
  abort: number;
}

export interface Transaction {
  /** Invocation of the client, -1 where the observer alone knows of it. */
  invoked: number;
  fate: Fate;
  /** In the order in which they were first seen. */
  readonly participants: Map<string, Participant>;
}

export interface Transactions {
  readonly transactions: readonly Transaction[];
  readonly observed: number;
  readonly malformed: readonly number[];
  /** Whether the observer had seen everything after the last invocation. */
  readonly complete: boolean;
}

export interface Names {
  readonly transaction: string;
  readonly observer: string;
}

const BYTES_PER_TRANSACTION = 400;

/** O(events). Throws BudgetExhausted. */
export function collectTransactions(history: History, names: Names, budget: Budget): Transactions {
  const { columns } = history;
  const observer = observerCode(history, names.observer);
  const [begun, vote, decision, end] = [names.transaction, 'vote', 'decision', COMPLETE].map((f) => history.fs.indexOf(f));
  const byKey = new Map<number, Transaction>();
  const malformed: number[] = [];
  let [observed, complete] = [0, false];
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xfff) === 0) {
      ask(budget, byKey.size * BYTES_PER_TRANSACTION);
      budget.progress(i, history.length);
    }
    const f = columns.f[i]!;
    const key = columns.key[i]!;
    if (columns.process[i] === observer) {
      if (f === end) complete = true;
      if (f !== vote && f !== decision) continue;
      observed++;
      const said = key === NO_VALUE ? undefined : saidOf(history.value(columns.value[i]!), f === vote ? 'vote' : 'decision');
      if (said === undefined) malformed.push(i);
      else note(transactionOf(byKey, key), said, i);
    } else if (f === begun && isClient(columns, i) && eventType(columns, i) === INVOKE) {
      complete = false;
      const transaction = key === NO_VALUE ? undefined : transactionOf(byKey, key);
      if (transaction === undefined || transaction.invoked >= 0) malformed.push(i);
      else {
        transaction.invoked = i;
        transaction.fate = fateAt(columns, i);
      }
    }
  }
  return { transactions: [...byKey.values()], observed, malformed, complete };
}

interface Said {
  readonly participant: string;
  readonly what: 'yes' | 'no' | 'commit' | 'abort';
}

function saidOf(value: Value | undefined, kind: 'vote' | 'decision'): Said | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { participant, [kind]: what } = value as Readonly<Record<string, Value>>;
  if (typeof participant !== 'string') return undefined;
  const right = kind === 'vote' ? what === 'yes' || what === 'no' : what === 'commit' || what === 'abort';
  return right ? { participant, what: what as Said['what'] } : undefined;
}

function note({ participants }: Transaction, { participant, what }: Said, index: number): void {
  let own = participants.get(participant);
  if (own === undefined) {
    own = { name: participant, yes: -1, no: -1, commit: -1, abort: -1 };
    participants.set(participant, own);
  }
  if (own[what] < 0) own[what] = index;
}

function transactionOf(byKey: Map<number, Transaction>, key: number): Transaction {
  let transaction = byKey.get(key);
  if (transaction === undefined) {
    transaction = { invoked: -1, fate: 'unknown', participants: new Map() };
    byKey.set(key, transaction);
  }
  return transaction;
}
