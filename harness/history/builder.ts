/** Builds a history in memory: columns that grow, interned names, values and errors, pairs. */
import { type Event, type HistoryColumns, NO_VALUE, type NodeId, type OpError, type OperationSpec, type Process, type Value } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';
import { canonicalJson } from './canonical-json.ts';
import { ColumnarHistory } from './columnar-history.ts';
import { allocateColumns, FAIL, firstEvents, growColumns, INFO, INVOKE, NEMESIS, NOT_APPLIED, OK } from './columns.ts';
import { Pairing } from './pairing.ts';
import { TextTable } from './text-table.ts';

const TYPE_CODES = { invoke: INVOKE, ok: OK, fail: FAIL, info: INFO } as const;

/** An event in codes, as columns hold it. */
export interface EventRow {
  /** INVOKE, OK, FAIL or INFO, + NOT_APPLIED. */
  type: number;
  process: number;
  f: number;
  key: number;
  value: number;
  time: number;
  /** NaN where absent. */
  scheduled: number;
  node: number;
  error: number;
}

export interface HistoryBuilderOptions {
  /** The operation specs that the history will carry. */
  readonly operations?: readonly OperationSpec[];
  /** How many events to expect; more are fine. */
  readonly capacity?: number;
  /** How many bytes of values to expect; more are fine. */
  readonly valueBytes?: number;
}

export class HistoryBuilder {
  readonly pairing = new Pairing();
  readonly #operations: readonly OperationSpec[];
  readonly #columns;
  #capacity: number;
  #length = 0;
  #built: ColumnarHistory | undefined;

  readonly #fTexts = new TextTable();
  readonly #fs: string[] = [];
  readonly #nodeTexts = new TextTable();
  readonly #nodes: NodeId[] = [];
  readonly #observerTexts = new TextTable();
  readonly #observers: string[] = [];
  readonly #errorTexts = new TextTable();
  readonly #errors: OpError[] = [];
  readonly #valueTexts: TextTable;

  constructor(options: HistoryBuilderOptions = {}) {
    this.#operations = options.operations ?? [];
    this.#capacity = Math.max(16, options.capacity ?? 1024);
    this.#columns = allocateColumns(this.#capacity);
    this.#valueTexts = new TextTable(options.valueBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** Appends an event and gives its index. Throws ORDEAL_INTERNAL after `build`. */
  append(event: Omit<Event, 'index'>): number {
    return this.appendRow({
      type: TYPE_CODES[event.type] | (event.applied === false ? NOT_APPLIED : 0),
      process: this.processCode(event.process),
      f: this.fCode(event.f),
      key: this.valueId(event.key),
      value: this.valueId(event.value),
      time: event.time,
      scheduled: event.scheduled ?? Number.NaN,
      node: event.node === undefined ? -1 : this.nodeCode(event.node),
      error: event.error === undefined ? -1 : this.errorCode(event.error),
    });
  }

  /** Appends an event that is in codes already: for readers. The row is not kept. */
  appendRow(row: EventRow): number {
    if (this.#built) throw new OrdealError('ORDEAL_INTERNAL', { what: 'an event was appended to a history that is built already' });
    const index = this.#length++;
    if (index === this.#capacity) {
      this.#capacity *= 2;
      growColumns(this.#columns, this.#capacity);
    }
    const c = this.#columns;
    c.type[index] = row.type;
    c.process[index] = row.process;
    c.f[index] = row.f;
    c.node[index] = row.node;
    c.key[index] = row.key;
    c.value[index] = row.value;
    c.time[index] = row.time;
    c.scheduled[index] = row.scheduled;
    c.error[index] = row.error;
    const invocation = this.pairing.accept(row.process, row.type & 3, index);
    c.pair[index] = invocation;
    if (invocation >= 0) c.pair[invocation] = index;
    return index;
  }

  /** The value id of an event appended before. */
  valueIdAt(index: number): number {
    return this.#columns.value[index]!;
  }

  /** The history of everything appended. The builder takes no more events afterwards, and knows no values. */
  build(): ColumnarHistory {
    if (this.#built !== undefined) return this.#built;
    const columns: HistoryColumns = firstEvents(this.#columns, this.#length);
    this.#built = new ColumnarHistory({
      length: this.#length,
      columns,
      fs: this.#fs,
      nodes: this.#nodes,
      observers: this.#observers,
      errors: this.#errors,
      operations: this.#operations,
      texts: this.#valueTexts.finish(),
    });
    return this.#built;
  }

  processCode(process: Process): number {
    if (typeof process === 'number') return process;
    return process === 'nemesis' ? NEMESIS : this.observerCode(process.slice('observer:'.length));
  }

  /** By the name without `observer:`. */
  observerCode(name: string): number {
    const ordinal = this.#observerTexts.intern(name);
    if (ordinal === this.#observers.length) this.#observers.push(name);
    return -2 - ordinal;
  }

  fCode(name: string): number {
    const ordinal = this.#fTexts.intern(name);
    if (ordinal === this.#fs.length) {
      if (ordinal > 0xffff) throw new OrdealError('ORDEAL_BAD_HISTORY', { what: 'more than 65536 different operations', value: name });
      this.#fs.push(name);
    }
    return ordinal;
  }

  nodeCode(name: NodeId): number {
    const ordinal = this.#nodeTexts.intern(name);
    if (ordinal === this.#nodes.length) {
      if (ordinal > 0x7fff) throw new OrdealError('ORDEAL_BAD_HISTORY', { what: 'more than 32768 different nodes', value: name });
      this.#nodes.push(name);
    }
    return ordinal;
  }

  errorCode(error: OpError): number {
    const ordinal = this.#errorTexts.intern(canonicalJson([error.code, error.message]));
    if (ordinal === this.#errors.length) this.#errors.push({ code: error.code, message: error.message });
    return ordinal;
  }

  /** NO_VALUE for undefined. */
  valueId(value: Value | undefined): number {
    if (typeof value === 'number' && value >= 0 && value <= 0x7fffffff && Math.trunc(value) === value) return value | 0;
    return value === undefined ? NO_VALUE : this.valueIdOfCanonical(canonicalJson(value));
  }

  /** By a text of `canonicalJson`, which is not the text of an integer 0 … 2^31 - 1. */
  valueIdOfCanonical(text: string): number {
    return -1 - this.#valueTexts.intern(text);
  }

  /** The same by its bytes `bytes[start .. end)`. Makes no string. */
  valueIdOfBytes(bytes: Uint8Array, start: number, end: number): number {
    return -1 - this.#valueTexts.internBytes(bytes, start, end);
  }

  /** The id of a value whose canonical JSON stands in `bytes[start .. end)`, if it has been seen; else NO_VALUE. Makes no string. */
  findValue(bytes: Uint8Array, start: number, end: number): number {
    const ordinal = this.#valueTexts.find(bytes, start, end);
    return ordinal < 0 ? NO_VALUE : -1 - ordinal;
  }

  /** The code of an operation name seen before whose UTF-8 stands in `bytes[start .. end)`, else -1. */
  findF(bytes: Uint8Array, start: number, end: number): number {
    return this.#fTexts.find(bytes, start, end);
  }

  /** The code of a node seen before whose UTF-8 stands in `bytes[start .. end)`, else -1. */
  findNode(bytes: Uint8Array, start: number, end: number): number {
    return this.#nodeTexts.find(bytes, start, end);
  }
}
