/** Columns of a history: making them, growing them, reading them in a checker's loop. */
import { type HistoryColumns, NO_VALUE } from '../contracts/index.ts';

/** Codes of event types, as `eventType` gives them: the indices of EVENT_TYPES. */
export const INVOKE = 0;
export const OK = 1;
export const FAIL = 2;
export const INFO = 3;

/** The bit of `HistoryColumns.type` that says `applied: false`. */
export const NOT_APPLIED = 8;

/** The process code of the nemesis; observers are below it, clients are >= 0. */
export const NEMESIS = -1;

/** INVOKE, OK, FAIL or INFO. */
export function eventType(columns: HistoryColumns, index: number): number {
  return columns.type[index]! & 3;
}

/** False for an event with `applied: false`, true for every other. */
export function isApplied(columns: HistoryColumns, index: number): boolean {
  return (columns.type[index]! & NOT_APPLIED) === 0;
}

/** Whether the event belongs to a client process. */
export function isClient(columns: HistoryColumns, index: number): boolean {
  return columns.process[index]! >= 0;
}

/** Columns that can be replaced one by one while a history grows. */
export type GrowingColumns = { -readonly [K in keyof HistoryColumns]: HistoryColumns[K] };

/** Zeroed columns on one SharedArrayBuffer, those of the widest elements first; untouched pages cost no memory. */
export function allocateColumns(capacity: number): GrowingColumns {
  const buffer = new SharedArrayBuffer(capacity * BYTES_PER_EVENT);
  let used = 0;
  const next = (bytesPerEvent: number): [SharedArrayBuffer, number, number] => {
    const offset = used;
    used += capacity * bytesPerEvent;
    return [buffer, offset, capacity];
  };
  const time = new Float64Array(...next(8));
  const scheduled = new Float64Array(...next(8));
  const [process, key, value, pair, error] = Array.from({ length: 5 }, () => new Int32Array(...next(4))) as FiveColumns;
  return {
    time,
    scheduled,
    process,
    key,
    value,
    pair,
    error,
    f: new Uint16Array(...next(2)),
    node: new Int16Array(...next(2)),
    type: new Uint8Array(...next(1)),
  };
}

const BYTES_PER_EVENT = 2 * 8 + 5 * 4 + 2 * 2 + 1;
type FiveColumns = [
  Int32Array<SharedArrayBuffer>,
  Int32Array<SharedArrayBuffer>,
  Int32Array<SharedArrayBuffer>,
  Int32Array<SharedArrayBuffer>,
  Int32Array<SharedArrayBuffer>,
];

/** Makes room for `capacity` events, in place and one column after the other, so that at most one is held twice. */
export function growColumns(columns: GrowingColumns, capacity: number): void {
  const shared = (bytesPerEvent: number): SharedArrayBuffer => new SharedArrayBuffer(capacity * bytesPerEvent);
  const filled = <T extends Uint8Array | Int32Array | Uint16Array | Int16Array | Float64Array>(larger: T, old: T): T => {
    larger.set(old);
    return larger;
  };
  columns.type = filled(new Uint8Array(shared(1)), columns.type);
  columns.process = filled(new Int32Array(shared(4)), columns.process);
  columns.f = filled(new Uint16Array(shared(2)), columns.f);
  columns.node = filled(new Int16Array(shared(2)), columns.node);
  columns.key = filled(new Int32Array(shared(4)), columns.key);
  columns.value = filled(new Int32Array(shared(4)), columns.value);
  columns.time = filled(new Float64Array(shared(8)), columns.time);
  columns.scheduled = filled(new Float64Array(shared(8)), columns.scheduled);
  columns.pair = filled(new Int32Array(shared(4)), columns.pair);
  columns.error = filled(new Int32Array(shared(4)), columns.error);
}

/** Views of the first `length` events. */
export function firstEvents(columns: HistoryColumns, length: number): HistoryColumns {
  return {
    type: columns.type.subarray(0, length),
    process: columns.process.subarray(0, length),
    f: columns.f.subarray(0, length),
    node: columns.node.subarray(0, length),
    key: columns.key.subarray(0, length),
    value: columns.value.subarray(0, length),
    time: columns.time.subarray(0, length),
    scheduled: columns.scheduled.subarray(0, length),
    pair: columns.pair.subarray(0, length),
    error: columns.error.subarray(0, length),
  };
}

/** The position of a negative value id in the table of interned values; NO_VALUE has none. */
export function tableOrdinal(id: number): number {
  return id === NO_VALUE ? -1 : -1 - id;
}
