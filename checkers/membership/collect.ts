/**
 * What a history says of collections that only grow (a set of elements, the tags of a counter): who was added when, and
 * what each read contained. One pass over the events plus the size of the distinct reads; one group per key.
 */
import type { Budget, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { eventType, INFO, INVOKE, isClient, OK } from '../../harness/history/columns.ts';
import { outcomeAt } from '../columns/events.ts';
import { GrowableInts, GrowableTable } from '../columns/growable.ts';
import { ask } from '../verdict/exhausted.ts';

/** The names of the two operations. */
export interface MembershipNames {
  readonly add: string;
  readonly read: string;
}

/** One entry per distinct element, in order of first appearance. Event indices; Infinity or -1 where there is none. */
interface Elements {
  readonly values: Value[];
  /** First invocation of an attempt that may have happened (`ok`, `info`, unfinished). Infinity without one. */
  readonly possible: number[];
  /** How many attempts may have happened. */
  readonly attempts: number[];
  /** First `ok` completion. Infinity without one. */
  readonly acked: number[];
  /** First invocation among the attempts that failed. Infinity without one. */
  readonly failed: number[];
}

/** One entry per `ok` read, in order of completion; its contents are `contents[from..to)`, element ids as read. */
interface Reads {
  readonly count: number;
  readonly invoke: Int32Array;
  readonly complete: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
}

export interface Collection {
  /** Value id of the key that all of it belongs to; `NO_VALUE` without one. */
  readonly key: number;
  readonly elements: Elements;
  readonly reads: Reads;
  readonly contents: Int32Array;
  /** Attempts by outcome. */
  readonly adds: { readonly ok: number; readonly fail: number; readonly info: number };
  /** Last completion of an add (or invocation, where it never completed). -1 without adds. */
  readonly lastAdd: number;
}

export interface Collected {
  readonly collections: readonly Collection[];
  /** Invocations of clients that are neither adds nor reads. */
  readonly foreign: number;
  /** Completions of reads whose value is not a list. */
  readonly malformed: readonly number[];
}

/** Reads the history. Throws BudgetExhausted. */
export function collectMembership(history: History, names: MembershipNames, budget: Budget): Collected {
  const { columns } = history;
  const add = history.fs.indexOf(names.add);
  const read = history.fs.indexOf(names.read);
  const collections = new Map<number, Collector>();
  const malformed: number[] = [];
  let foreign = 0;
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xfff) === 0) ask(budget, i);
    if (!isClient(columns, i)) continue;
    const f = columns.f[i]!;
    const type = eventType(columns, i);
    if (f !== add && f !== read) {
      if (type === INVOKE) foreign++;
      continue;
    }
    const collector = collectorOf(collections, columns.key[i]!);
    if (f === add && type === INVOKE) collector.attempt(history, i);
    else if (f === read && type === OK && !collector.observe(history, i)) malformed.push(i);
  }
  return { collections: Array.from(collections.values(), (collector) => collector.finish()), foreign, malformed };
}

function collectorOf(collections: Map<number, Collector>, key: number): Collector {
  let collector = collections.get(key);
  if (collector === undefined) {
    collector = new Collector(key);
    collections.set(key, collector);
  }
  return collector;
}

/** Integers below this are looked up in a table, not in a map. */
const DENSE = 1 << 20;

class Collector {
  readonly #key: number;
  readonly #elements: Elements = { values: [], possible: [], attempts: [], acked: [], failed: [] };
  /** Ids of elements that are small integers, plus one; of all others. */
  readonly #dense = new GrowableTable();
  readonly #ids = new Map<Value, number>();
  readonly #invoke = new GrowableInts();
  readonly #complete = new GrowableInts();
  readonly #from = new GrowableInts();
  readonly #to = new GrowableInts();
  readonly #contents = new GrowableInts();
  /** Reads that returned the same value share their contents. */
  readonly #ranges = new Map<number, readonly [from: number, to: number]>();
  readonly #adds = { ok: 0, fail: 0, info: 0 };
  #lastAdd = -1;

  constructor(key: number) {
    this.#key = key;
  }

  attempt(history: History, invocation: number): void {
    const id = this.#id(history.value(history.columns.value[invocation]!) ?? null);
    const completion = history.columns.pair[invocation]!;
    const outcome = outcomeAt(history.columns, invocation);
    const elements = this.#elements;
    this.#lastAdd = Math.max(this.#lastAdd, completion, invocation);
    this.#adds[outcome === OK ? 'ok' : outcome === INFO ? 'info' : 'fail']++;
    if (outcome === OK || outcome === INFO) {
      elements.possible[id] = Math.min(elements.possible[id]!, invocation);
      elements.attempts[id] = elements.attempts[id]! + 1;
      if (outcome === OK) elements.acked[id] = Math.min(elements.acked[id]!, completion);
    } else {
      elements.failed[id] = Math.min(elements.failed[id]!, invocation);
    }
  }

  /** False where the value is not a list. An absent value and null are the empty list. */
  observe(history: History, completion: number): boolean {
    const valueId = history.columns.value[completion]!;
    let range = this.#ranges.get(valueId);
    if (range === undefined) {
      const value = history.value(valueId) ?? [];
      if (!Array.isArray(value)) return false;
      const from = this.#contents.length;
      for (const element of value as readonly Value[]) this.#contents.push(this.#id(element));
      range = [from, this.#contents.length];
      this.#ranges.set(valueId, range);
    }
    this.#invoke.push(history.columns.pair[completion]!);
    this.#complete.push(completion);
    this.#from.push(range[0]);
    this.#to.push(range[1]);
    return true;
  }

  finish(): Collection {
    const reads = {
      count: this.#complete.length,
      invoke: this.#invoke.view(),
      complete: this.#complete.view(),
      from: this.#from.view(),
      to: this.#to.view(),
    };
    return { key: this.#key, elements: this.#elements, reads, contents: this.#contents.view(), adds: this.#adds, lastAdd: this.#lastAdd };
  }

  #id(value: Value): number {
    if (typeof value === 'number' && value >= 0 && value < DENSE && Number.isInteger(value)) {
      const id = this.#dense.get(value) - 1;
      if (id >= 0) return id;
      this.#dense.set(value, this.#elements.values.length + 1);
      return this.#newElement(value);
    }
    const key = elementKey(value);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(key, this.#elements.values.length);
    return this.#newElement(value);
  }

  #newElement(value: Value): number {
    const elements = this.#elements;
    const id = elements.values.length;
    elements.values.push(value);
    elements.possible.push(Infinity);
    elements.attempts.push(0);
    elements.acked.push(Infinity);
    elements.failed.push(Infinity);
    return id;
  }
}

/** What makes two elements equal: themselves when they are plain, their canonical JSON when they are not. */
function elementKey(value: Value): Value {
  return typeof value === 'object' && value !== null ? `\u0000${canonicalJson(value)}` : value;
}
