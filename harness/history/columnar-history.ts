/** The in-memory history: columns, and tables of what they refer to. A value is parsed when somebody asks for it. */
import {
  EVENT_TYPES,
  type Event,
  type History,
  type HistoryColumns,
  NO_VALUE,
  type NodeId,
  type Ns,
  type OpError,
  type OperationSpec,
  type Process,
  type Value,
} from '../contracts/index.ts';
import { eventType, isApplied, NEMESIS, tableOrdinal } from './columns.ts';
import { type PackedTexts, packedText } from './text-table.ts';

/** Everything a history is made of; plain data that crosses to a worker thread, the large parts without a copy. */
export interface HistoryParts {
  readonly length: number;
  readonly columns: HistoryColumns;
  readonly fs: readonly string[];
  readonly nodes: readonly NodeId[];
  /** Names without the `observer:` before them. */
  readonly observers: readonly string[];
  readonly errors: readonly OpError[];
  readonly operations: readonly OperationSpec[];
  /** Canonical JSON of the interned values. */
  readonly texts: PackedTexts;
}

export class ColumnarHistory implements History {
  readonly length: number;
  readonly columns: HistoryColumns;
  readonly fs: readonly string[];
  readonly nodes: readonly NodeId[];
  readonly observers: readonly string[];
  readonly errors: readonly OpError[];
  readonly operations: readonly OperationSpec[];
  readonly #texts: PackedTexts;
  readonly #parsed: (Value | undefined)[] = [];

  constructor(parts: HistoryParts) {
    this.length = parts.length;
    this.columns = parts.columns;
    this.fs = parts.fs;
    this.nodes = parts.nodes;
    this.observers = parts.observers;
    this.errors = parts.errors;
    this.operations = parts.operations;
    this.#texts = parts.texts;
  }

  /** The parts, shared and not copied. */
  parts(): HistoryParts {
    const { length, columns, fs, nodes, observers, errors, operations } = this;
    return { length, columns, fs, nodes, observers, errors, operations, texts: this.#texts };
  }

  value(id: number): Value | undefined {
    if (id >= 0) {
      if ((id | 0) !== id) throw new RangeError(`${id} is not a value id`);
      return id;
    }
    if (id === NO_VALUE) return undefined;
    const ordinal = tableOrdinal(id);
    if (!(ordinal < this.#texts.count) || !Number.isInteger(ordinal)) throw new RangeError(`value id ${id} is not of this history`);
    const known = this.#parsed[ordinal];
    if (known !== undefined) return known;
    const value = JSON.parse(packedText(this.#texts, ordinal)) as Value;
    this.#parsed[ordinal] = value;
    return value;
  }

  event(index: number): Event {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) throw new RangeError(`there is no event ${index}; the history has ${this.length}`);
    const c = this.columns;
    const key = this.value(c.key[index]!);
    const scheduled = c.scheduled[index]!;
    const node = this.nodes[c.node[index]!];
    const error = this.errors[c.error[index]!];
    return {
      index,
      type: EVENT_TYPES[eventType(c, index)]!,
      process: this.#process(c.process[index]!),
      f: this.fs[c.f[index]!]!,
      ...(key === undefined ? {} : { key: key as string | number }),
      value: this.value(c.value[index]!) ?? null,
      time: c.time[index]! as Ns,
      ...(Number.isNaN(scheduled) ? {} : { scheduled: scheduled as Ns }),
      ...(node === undefined ? {} : { node }),
      ...(isApplied(c, index) ? {} : { applied: false as const }),
      ...(error === undefined ? {} : { error }),
    };
  }

  #process(code: number): Process {
    if (code >= 0) return code;
    return code === NEMESIS ? 'nemesis' : `observer:${this.observers[-2 - code]}`;
  }
}
