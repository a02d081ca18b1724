/** What a resource behind a lock accepted, and in which order that is known to have happened. */
import type { Budget, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { eventType, FAIL, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { outcomeAt } from '../columns/events.ts';
import { runPhases } from '../columns/run-phases.ts';
import { fieldOf, numberIn, valueReader } from '../columns/value-reader.ts';
import { ask } from '../verdict/exhausted.ts';

/** An accepted update. `from` and `to` are the names of values, undefined where it does not say. */
export interface Effect {
  /** The event that says so. */
  readonly at: number;
  readonly key: number;
  readonly token: number | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** The accepted effect with the greatest token among those that were over before this one began, -1 without one. */
  readonly before: number;
}

/** How often a value was asked to be written. */
export interface Writes {
  possible: number;
  /** The first attempt that failed or was refused, -1 without one. */
  failed: number;
}

export interface Effects {
  readonly effects: readonly Effect[];
  /** By key and value. */
  readonly writes: ReadonlyMap<number, ReadonlyMap<string, Writes>>;
  /** Whether an observer says what was applied; else the clients' acknowledgements do. */
  readonly observed: boolean;
  /** What final reads showed. */
  readonly finals: readonly Shown[];
  /** Every request of a client. */
  readonly asked: readonly Asked[];
  readonly refused: number;
}

/** A read of the resource when all updates had ended: its completion, and the name of the value. */
export interface Shown {
  readonly at: number;
  readonly key: number;
  readonly value: string;
}

/** A request: its invocation, and the token that it carried. */
export interface Asked {
  readonly at: number;
  readonly key: number;
  readonly token: number | undefined;
}

/** Names of values, by which they are compared. */
export function nameOf(value: Value | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}

/** O(events). `update` is the name of the operation, and of the event of an observer. Throws BudgetExhausted. */
export function collectEffects(history: History, names: { readonly update: string; readonly read: string }, budget: Budget): Effects {
  const { columns } = history;
  const read = valueReader(history);
  const f = history.fs.indexOf(names.update);
  const effects: Effect[] = [];
  const writes = new Map<number, Map<string, Writes>>();
  const greatest = new Map<number, number>();
  /** By invocation, the greatest effect before it. */
  const floors = new Map<number, number>();
  const observed = isObserved(history, f);
  const asked: Asked[] = [];
  let refused = 0;
  const accept = (at: number, value: Value | undefined, before: number): void => {
    const key = columns.key[at]!;
    const token = numberIn(value, 'token');
    const effect = effects.push({ at, key, token, from: nameOf(fieldOf(value, 'from')), to: nameOf(fieldOf(value, 'to')), before }) - 1;
    const known = greatest.get(key);
    if (token !== undefined && (known === undefined || effects[known]!.token! < token)) greatest.set(key, effect);
  };
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xfff) === 0) ask(budget, effects.length * 200);
    if (columns.f[i] !== f) continue;
    const floor = greatest.get(columns.key[i]!) ?? -1;
    if (!isClient(columns, i)) {
      if (columns.process[i]! < -1) accept(i, read(columns.value[i]!), floor);
    } else if (eventType(columns, i) === INVOKE) {
      const body = read(columns.value[i]!);
      asked.push({ at: i, key: columns.key[i]!, token: numberIn(body, 'token') });
      if (!observed) floors.set(i, floor);
      const failed = isRefused(history, i);
      if (failed) refused++;
      noteWrite(writes, columns.key[i]!, nameOf(fieldOf(body, 'to')), failed ? i : -1);
    } else if (!observed && eventType(columns, i) === OK && isApplied(columns, i) && columns.pair[i]! >= 0) {
      const invoked = columns.pair[i]!;
      accept(i, read(columns.value[invoked]!), floors.get(invoked)!);
      floors.delete(invoked);
    }
  }
  return { effects, writes, observed, finals: finalReads(history, names.read, read), asked, refused };
}

/** Nothing in a history that does not say when final reads began. */
function finalReads(history: History, name: string, read: (id: number) => Value | undefined): Shown[] {
  const { columns, length } = history;
  const begin = runPhases(history).get('final-reads');
  const f = history.fs.indexOf(name);
  const shown: Shown[] = [];
  for (let i = begin ?? length; i < length; i++) {
    if (columns.f[i] !== f || !isClient(columns, i) || eventType(columns, i) !== OK || columns.pair[i]! < begin!) continue;
    shown.push({ at: i, key: columns.key[i]!, value: nameOf(read(columns.value[i]!)) ?? 'null' });
  }
  return shown;
}

function isObserved(history: History, f: number): boolean {
  const { columns } = history;
  for (let i = 0; i < history.length; i++) if (columns.f[i] === f && columns.process[i]! < -1) return true;
  return false;
}

/** Whether it failed, or a condition refused it. */
function isRefused({ columns }: History, invoked: number): boolean {
  const outcome = outcomeAt(columns, invoked);
  return outcome === FAIL || (outcome === OK && !isApplied(columns, columns.pair[invoked]!));
}

function noteWrite(writes: Map<number, Map<string, Writes>>, key: number, to: string | undefined, failed: number): void {
  if (to === undefined) return;
  let ofKey = writes.get(key);
  if (ofKey === undefined) {
    ofKey = new Map();
    writes.set(key, ofKey);
  }
  const known = ofKey.get(to) ?? { possible: 0, failed: -1 };
  if (failed < 0) known.possible++;
  else if (known.failed < 0) known.failed = failed;
  ofKey.set(to, known);
}
