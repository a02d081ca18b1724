/**
 * A conviction as a case of its own: the few transactions, and of them the few micro-operations, that are convicted of the same
 * again. Nothing is altered but left out: what is read was written in the case as well. By delta debugging (Zeller and
 * Hildebrandt 2002); O(tries × what a check of the case takes).
 */
import type { Anomaly, Budget, Event, History, Value } from '../../../harness/contracts/index.ts';
import { INVOKE, isClient, tableOrdinal } from '../../../harness/history/columns.ts';
import { HistoryBuilder } from '../../../harness/history/index.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { type AnalysedHistory, analyseHistory, type IsolationOptions, judgeAnalysed } from '../checker.ts';
import type { ModelName } from '../models/models.ts';
import { initialRows, rowsOf } from '../predicates/collect.ts';

/** So many checks at most: then the case is as small as it has become. */
const MOST_TRIES = 1500;

type MicroOp = readonly Value[];

interface Transaction {
  readonly invocation: Event | undefined;
  readonly completion: Event | undefined;
  /** Which of its micro-operations are left. */
  readonly kept: readonly number[];
}

export interface ExtractedCase {
  readonly events: readonly Event[];
  /** What it is convicted of. */
  readonly type: string;
}

/** The case of an anomaly of this history; undefined where none was found. Throws BudgetExhausted. */
export function extractCase(
  history: History,
  anomaly: Anomaly,
  workload: IsolationOptions['workload'],
  models: readonly ModelName[],
  budget: Budget,
): ExtractedCase | undefined {
  return new Extractor(history, anomaly.type, workload, models, budget).extract(anomaly.ops);
}

class Extractor {
  readonly #history: History;
  readonly #type: string;
  readonly #workload: IsolationOptions['workload'];
  readonly #models: readonly ModelName[];
  readonly #budget: Budget;
  #tries = 0;
  /** What the case may have besides: no anomaly may be there only because something was left out. */
  #known: ReadonlySet<string> = new Set();

  constructor(history: History, type: string, workload: IsolationOptions['workload'], models: readonly ModelName[], budget: Budget) {
    this.#history = history;
    this.#type = type;
    this.#workload = workload;
    this.#models = models;
    this.#budget = budget;
  }

  extract(involved: readonly number[]): ExtractedCase | undefined {
    const keys = new Set(involved.flatMap((index) => opsOf(this.#history.event(index)).flatMap((op) => keysOf(op).map((key) => JSON.stringify(key)))));
    const part = this.#on(keys, new Set(involved));
    const whole = this.#analyse(part);
    this.#known = new Set(whole.analysis?.counts.keys());
    if (!this.#isConvicted(whole)) return undefined;
    const few = this.#smaller(part, (rest) => rest);
    const ops = few.flatMap((one) => one.kept.map((op) => ({ one, op })));
    return { events: eventsOf(regrouped(this.#smaller(ops, regrouped))), type: this.#type };
  }

  /** All transactions with what they did to these keys; of reads by a predicate those of the involved, which return no other rows. */
  #on(keys: ReadonlySet<string>, involved: ReadonlySet<number>): Transaction[] {
    const { columns, length } = this.#history;
    const found: Transaction[] = [];
    for (let i = 0; i < length; i++) {
      if (!isClient(columns, i) || tableOrdinal(columns.value[i]!) < 0) continue;
      const pair = columns.pair[i]!;
      const isInvocation = (columns.type[i]! & 3) === INVOKE;
      if (!isInvocation && pair >= 0) continue;
      const invocation = isInvocation ? this.#history.event(i) : undefined;
      const completion = isInvocation ? (pair < 0 ? undefined : this.#history.event(pair)) : this.#history.event(i);
      const isInvolved = involved.has(i) || involved.has(pair);
      const kept = opsOf((completion ?? invocation)!).flatMap(([f, key], op) => ((f === 'rp' ? isInvolved : keys.has(JSON.stringify(key))) ? [op] : []));
      if (kept.length > 0) found.push({ invocation, completion, kept });
    }
    return found;
  }

  /** A part of which no single item can be left out; or what it was when the tries were used up. */
  #smaller<T>(all: readonly T[], transactions: (part: readonly T[]) => readonly Transaction[]): T[] {
    let part = [...all];
    for (let size = Math.max(1, part.length >> 1); size >= 1; size = size > 1 ? size >> 1 : 0) {
      for (let at = 0; at < part.length && this.#tries < MOST_TRIES; ) {
        const without = [...part.slice(0, at), ...part.slice(at + size)];
        this.#tries++;
        if (without.length > 0 && this.#isConvicted(this.#analyse(transactions(without)))) part = without;
        else at += size;
      }
    }
    return part;
  }

  #analyse(part: readonly Transaction[]): AnalysedHistory & { readonly history: History } {
    const builder = new HistoryBuilder();
    for (const { index: _, ...event } of eventsOf(part)) builder.append(event);
    const history = builder.build();
    return { ...analyseHistory(history, this.#workload, this.#budget), history };
  }

  /** Of the same, certified, and of nothing that was not there before. */
  #isConvicted(analysed: AnalysedHistory & { readonly history: History }): boolean {
    const types = [...(analysed.analysis?.counts.keys() ?? [])];
    if (!types.includes(this.#type) || (this.#known.size > 0 && types.some((type) => !this.#known.has(type)))) return false;
    const result = judgeAnalysed(analysed, this.#models, this.#models.length > 0 ? [] : [this.#type]);
    return result.valid === false && result.anomalies.some((one) => one.type === this.#type && verifyCertificate(analysed.history, one).ok);
  }
}

function regrouped(part: readonly { readonly one: Transaction; readonly op: number }[]): Transaction[] {
  return [...Map.groupBy(part, ({ one }) => one)].map(([one, some]) => ({ ...one, kept: some.map(({ op }) => op) }));
}

/** What an operation is about: a key, or the rows that it found. */
function keysOf([f, key, found]: MicroOp): readonly Value[] {
  return f === 'rp' ? (rowsOf(found) ?? []).map(([row]) => row) : [key!];
}

function opsOf({ f, value: given }: Event): readonly MicroOp[] {
  const value = f === 'init' ? initialRows(given) : given;
  return Array.isArray(value) ? (value as readonly MicroOp[]).filter((one) => Array.isArray(one)) : [];
}

/** In the order of the history, numbered anew. */
function eventsOf(part: readonly Transaction[]): Event[] {
  const events = part.flatMap(({ invocation, completion, kept }) =>
    [invocation, completion].flatMap((event) => {
      if (event === undefined) return [];
      const all = opsOf(event);
      return [{ ...event, value: kept.flatMap((op) => (all[op] === undefined ? [] : [all[op]])) as Value }];
    }),
  );
  return events.sort((a, b) => a.index - b.index).map((event, index) => ({ ...event, index }));
}
