/**
 * From a history to transactions over rows: insert, write, delete, read by key and read by predicate. O(bytes of the texts).
 *
 * A row is inserted once, written while it is there, and deleted for good; `init` makes the rows that were there before
 * everything else. What the keys of the history do not name does not exist: the universe is closed (elle.closed-predicate).
 */
import type { Budget, History, Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { eventType, INFO, INVOKE, isClient, OK } from '../../../harness/history/columns.ts';
import { historyToMessage } from '../../../harness/history/transfer.ts';
import { valueReader } from '../../columns/value-reader.ts';
import { ask } from '../../verdict/exhausted.ts';
import type { TransactionRows } from '../transactions/columns.ts';
import { type Predicate, predicateOf } from './predicate.ts';

/** In place of a value: there is no row. */
export const ABSENT = -1;

const ROW_OPERATIONS = ['["insert",', '["delete",', '["rp",'];

export type RowOp =
  | { readonly f: 'write'; readonly key: number; readonly value: number; readonly inserts: boolean }
  /** `value` and `found` are undefined where nobody knows what was returned. */
  | { readonly f: 'read'; readonly key: number; readonly value: number | undefined }
  | { readonly f: 'select'; readonly predicate: number; readonly found: ReadonlyMap<number, number> | undefined };

export interface RowTransactions extends TransactionRows {
  /** Micro-operations of each transaction, in their places. */
  readonly ops: readonly (readonly RowOp[])[];
  readonly keys: readonly Value[];
  readonly values: readonly Value[];
  readonly predicates: readonly Predicate[];
  /** Values that keys have before everything else. */
  readonly initial: ReadonlyMap<number, number>;
}

/** Throws BudgetExhausted. */
export function collectRowTransactions(history: History, budget: Budget): RowTransactions {
  return new Collector(history, budget).collect();
}

/** Rows that a predicate read returned: pairs, or an object as Elle has it. Undefined for anything else. */
export function rowsOf(found: Value | undefined): readonly (readonly [Value, Value])[] | undefined {
  if (Array.isArray(found)) return found.every((row) => Array.isArray(row) && row.length === 2) ? (found as unknown as (readonly [Value, Value])[]) : undefined;
  if (typeof found !== 'object' || found === null) return undefined;
  return Object.entries(found as { readonly [key: string]: Value }).map(([key, value]) => [/^-?\d+$/.test(key) ? Number(key) : key, value]);
}

/** What an `init` makes, as inserts. */
export function initialRows(value: Value | undefined): Value {
  const rows = Array.isArray(value) ? undefined : rowsOf(value);
  return rows?.map(([key, one]): Value => ['insert', key, one]) ?? value ?? null;
}

/** Whether there are micro-operations that only rows have. O(bytes of the texts). */
export function hasRows(history: History): boolean {
  const { arena } = historyToMessage(history).texts;
  const bytes = Buffer.from(arena.buffer, arena.byteOffset, arena.byteLength);
  return ROW_OPERATIONS.some((one) => bytes.includes(one));
}

class Numbers<T> {
  readonly all: T[] = [];
  readonly #of = new Map<string, number>();

  of(text: string, value: () => T): number {
    const known = this.#of.get(text);
    if (known !== undefined) return known;
    this.#of.set(text, this.all.length);
    return this.all.push(value()) - 1;
  }
}

class Collector {
  readonly #history: History;
  readonly #budget: Budget;
  readonly #valueOf: (id: number) => Value | undefined;
  readonly #keys = new Numbers<Value>();
  readonly #values = new Numbers<Value>();
  readonly #predicates = new Numbers<Predicate>();
  readonly #ops: (readonly RowOp[])[] = [];
  readonly #rows: { readonly outcome: number; readonly process: number; readonly invocation: number; readonly completion: number }[] = [];
  #initial: ReadonlyMap<number, number> | undefined;
  #opCount = 0;
  #foreign = 0;

  constructor(history: History, budget: Budget) {
    this.#history = history;
    this.#budget = budget;
    this.#valueOf = valueReader(history);
  }

  collect(): RowTransactions {
    const { columns, length } = this.#history;
    for (let i = 0; i < length; i++) {
      if ((i & 0xff) === 0) ask(this.#budget, this.#opCount * 100);
      if ((i & 0xffff) === 0) this.#budget.progress(i, length * 2);
      if (!isClient(columns, i)) continue;
      const pair = columns.pair[i]!;
      if (eventType(columns, i) === INVOKE) this.#operation(i, pair);
      else if (pair < 0) this.#operation(-1, i);
    }
    const column = (name: 'process' | 'invocation' | 'completion'): Int32Array => Int32Array.from(this.#rows, (row) => row[name]);
    return {
      count: this.#rows.length,
      outcome: Uint8Array.from(this.#rows, ({ outcome }) => outcome),
      process: column('process'),
      invocation: column('invocation'),
      completion: column('completion'),
      opCount: this.#opCount,
      keyCount: this.#keys.all.length,
      foreign: this.#foreign,
      ops: this.#ops,
      keys: this.#keys.all,
      values: this.#values.all,
      predicates: this.#predicates.all,
      initial: this.#initial ?? new Map(),
    };
  }

  #operation(invocation: number, completion: number): void {
    const { columns } = this.#history;
    const outcome = completion < 0 ? INFO : eventType(columns, completion);
    const source = outcome === OK || invocation < 0 ? completion : invocation;
    const value = this.#valueOf(columns.value[source]!);
    const isInit = this.#history.fs[columns.f[source]!] === 'init';
    const ops = this.#opsOf(isInit ? initialRows(value) : value, outcome === OK);
    if (ops === undefined) {
      this.#foreign++;
      return;
    }
    this.#opCount += ops.length;
    const establishes = isInit && outcome === OK && this.#initial === undefined;
    if (establishes) this.#initial = new Map(ops.flatMap((op): [number, number][] => (op.f === 'write' ? [[op.key, op.value]] : [])));
    this.#ops.push(establishes ? [] : ops);
    this.#rows.push({ outcome, process: columns.process[source]!, invocation, completion });
  }

  #opsOf(value: Value | undefined, known: boolean): RowOp[] | undefined {
    if (!Array.isArray(value)) return undefined;
    const ops: RowOp[] = [];
    for (const one of value as readonly Value[]) {
      const op = Array.isArray(one) ? this.#op(one as readonly Value[], known) : undefined;
      if (op === undefined) return undefined;
      ops.push(op);
    }
    return ops;
  }

  #op([f, subject, value]: readonly Value[], known: boolean): RowOp | undefined {
    if (subject === undefined) return undefined;
    if (f === 'insert' || f === 'w')
      return value === undefined ? undefined : { f: 'write', key: this.#key(subject), value: this.#value(value), inserts: f === 'insert' };
    if (f === 'delete') return { f: 'write', key: this.#key(subject), value: ABSENT, inserts: false };
    if (f === 'r') return { f: 'read', key: this.#key(subject), value: known ? this.#value(value ?? null) : undefined };
    const predicate = f === 'rp' ? predicateOf(subject) : undefined;
    if (predicate === undefined) return undefined;
    const rows = known ? rowsOf(value) : [];
    if (rows === undefined) return undefined;
    const found = new Map(rows.map(([key, one]): [number, number] => [this.#key(key), this.#value(one)]));
    return { f: 'select', predicate: this.#predicates.of(canonicalJson(subject), () => predicate), found: known ? found : undefined };
  }

  #key(key: Value): number {
    return this.#keys.of(canonicalJson(key), () => key);
  }

  #value(value: Value): number {
    return value === null ? ABSENT : this.#values.of(canonicalJson(value), () => value);
  }
}
