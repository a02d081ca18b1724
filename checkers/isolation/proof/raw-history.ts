/**
 * The history as verifiers see it: events, parsed one by one, and who wrote what by searching the text. Slow and simple on
 * purpose; shares no code with the engines.
 */
import type { Event, History, Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { historyToMessage } from '../../../harness/history/transfer.ts';

export type MicroOp = readonly [f: string, key: Value, value?: Value];

export function same(a: Value | undefined, b: Value | undefined): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}

export class RawHistory {
  readonly #history: History;

  constructor(history: History) {
    this.#history = history;
  }

  event(index: number): Event {
    return this.#history.event(index);
  }

  pair(index: number): number {
    return this.#history.columns.pair[index]!;
  }

  /** The micro-operations of the transaction of an event: of its acknowledgement, else of its invocation. */
  ops(index: number): readonly MicroOp[] {
    const event = this.event(index);
    const pair = this.pair(index);
    const source = event.type === 'ok' || event.type === 'invoke' || pair < 0 ? event : this.event(pair);
    if (source.f === 'init' && typeof source.value === 'object' && source.value !== null && !Array.isArray(source.value)) return insertsOf(source.value);
    if (!Array.isArray(source.value)) throw new Error(`event ${index} is no transaction`);
    return source.value as readonly MicroOp[];
  }

  /** The results of the acknowledged reads of a key. Throws where the event is no acknowledgement. */
  reads(index: number, key: Value): readonly Value[] {
    if (this.event(index).type !== 'ok') throw new Error(`event ${index} is not acknowledged`);
    return this.ops(index).flatMap(([f, k, value]) => {
      if (f === 'rp') return rowsIn(value ?? null).flatMap(([row, one]) => (same(row, key) ? [one] : []));
      return f === 'r' && same(k, key) ? [value ?? null] : [];
    });
  }

  /** The same as lists; nil is the empty one. */
  lists(index: number, key: Value): readonly (readonly Value[])[] {
    return this.reads(index, key).map((value) => {
      if (value === null) return [];
      if (!Array.isArray(value)) throw new Error(`event ${index} read no list`);
      return value as readonly Value[];
    });
  }

  /** Whether the transaction of the event appends the element to the key, or writes it. */
  writes(index: number, key: Value, element: Value): boolean {
    return this.ops(index).some(([f, k, value]) => f !== 'r' && same(k, key) && same(value, element));
  }

  /** Whether an acknowledged read of the key has the element, or is it. */
  sees(index: number, key: Value, element: Value): boolean {
    return this.reads(index, key).some((value) => (Array.isArray(value) ? value.some((one) => same(one, element)) : same(value, element)));
  }

  /** What is known of how the transaction ended. */
  outcome(index: number): 'ok' | 'fail' | 'info' {
    const { type } = this.event(index);
    if (type !== 'invoke') return type;
    const pair = this.pair(index);
    return pair < 0 ? 'info' : (this.event(pair).type as 'ok' | 'fail' | 'info');
  }

  /** Where the transaction of the event begins and ends: indices of its invocation (-1 if missing) and completion. */
  interval(index: number): { readonly start: number; readonly end: number } {
    const isInvocation = this.event(index).type === 'invoke';
    return isInvocation ? { start: index, end: this.pair(index) } : { start: this.pair(index), end: index };
  }

  /** The event of the transaction that made the rows which were there before all; undefined where there is none. */
  init(): number | undefined {
    const { columns, length, fs } = this.#history;
    const f = fs.indexOf('init');
    for (let i = 0; i < length && f >= 0; i++) {
      if (columns.f[i] !== f || columns.process[i]! < 0 || this.event(i).type === 'invoke') continue;
      if (this.outcome(i) === 'ok') return i;
    }
    return undefined;
  }

  /** Events of transactions that insert, write or delete the row, found by their text; one per transaction. */
  rowWriters(key: Value): readonly number[] {
    const text = canonicalJson(key);
    return this.#transactionsWith([`["insert",${text},`, `["w",${text},`, `["delete",${text}]`]);
  }

  /** Events of transactions that append or write this element to this key, found by their text; one per transaction. */
  writers(key: Value, element: Value): readonly number[] {
    const found = this.#transactionsWith(['append', 'w', 'insert'].map((f) => canonicalJson([f, key, element])));
    const init = this.init();
    if (init === undefined || found.some((one) => this.sameTransaction(one, init)) || !this.writes(init, key, element)) return found;
    return [...found, this.interval(init).start >= 0 ? this.interval(init).start : init];
  }

  /** Events of transactions whose text has one of these in it; one per transaction. */
  #transactionsWith(needles: readonly string[]): number[] {
    const { texts, columns } = historyToMessage(this.#history);
    const arena = Buffer.from(texts.arena.buffer, texts.arena.byteOffset, texts.arena.byteLength);
    const ids = new Set<number>();
    for (const text of needles) {
      const needle = Buffer.from(text);
      for (let at = arena.indexOf(needle); at >= 0; at = arena.indexOf(needle, at + 1)) ids.add(-1 - lastAtMost(texts.offsets, at));
    }
    const transactions = new Set<number>();
    for (let i = 0; i < columns.value.length; i++) {
      if (columns.process[i]! >= 0 && ids.has(columns.value[i]!)) transactions.add(this.interval(i).start >= 0 ? this.interval(i).start : i);
    }
    return [...transactions];
  }

  /** Acknowledged transactions of which a read of the key has the element. */
  observers(key: Value, element: Value): readonly number[] {
    const { columns, length } = this.#history;
    const observers: number[] = [];
    for (let i = 0; i < length; i++) {
      if (columns.process[i]! < 0 || this.event(i).type !== 'ok' || !Array.isArray(this.event(i).value)) continue;
      if (this.sees(i, key, element)) observers.push(i);
    }
    return observers;
  }

  /** Whether the transactions of two events are one. */
  sameTransaction(a: number, b: number): boolean {
    return a === b || this.pair(a) === b;
  }
}

/** The rows that a predicate read returned: pairs, or an object, whose keys are texts. */
export function rowsIn(found: Value): readonly (readonly [Value, Value])[] {
  if (Array.isArray(found)) return found as unknown as readonly (readonly [Value, Value])[];
  return Object.entries((found ?? {}) as { readonly [key: string]: Value }).map(([key, value]) => [/^-?\d+$/.test(key) ? Number(key) : key, value]);
}

function insertsOf(rows: Value): readonly MicroOp[] {
  return rowsIn(rows).map(([key, value]): MicroOp => ['insert', key, value]);
}

/** The greatest i with `offsets[i] <= at`. */
function lastAtMost(offsets: Float64Array, at: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! <= at) low = middle;
    else high = middle;
  }
  return low;
}
