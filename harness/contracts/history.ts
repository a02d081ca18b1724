/** Operations, events and histories. Field meanings follow Jepsen's, so that histories travel both ways. */
import type { NodeId, Ns, Value } from './value.ts';

/** What a workload says of each of its operations. */
export interface OperationSpec {
  readonly f: string;
  /** `none`: an operation with an unknown outcome may be dropped. Declared, never inferred from the name. */
  readonly effect: 'none' | 'idempotent' | 'once';
  /** How long the runner waits for the completion before it records `info`. */
  readonly deadline: Ns;
}

export interface Invocation<F extends string = string> {
  readonly f: F;
  readonly key?: string | number;
  readonly value: Value;
}

/** An error as the history records it: a code from the client's table, a message, never a stack. */
export interface OpError {
  readonly code: string;
  readonly message: string;
}

export type Outcome =
  /** It happened. `applied: false`: a condition refused it (a cas that compared unequal); it counts as an observation. */
  | { readonly type: 'ok'; readonly value: Value; readonly applied?: false }
  /** It certainly did not happen and never will. */
  | { readonly type: 'fail'; readonly error: OpError }
  /** It may have happened, now or at any time later. */
  | { readonly type: 'info'; readonly error: OpError };

/** Client processes are numbers; observers (ledger, monitor, logs) write `info` events: one file is all the evidence. */
export type Process = number | 'nemesis' | `observer:${string}`;

export interface Event extends Invocation {
  readonly index: number;
  readonly type: 'invoke' | Outcome['type'];
  readonly process: Process;
  readonly time: Ns;
  /** The intended start, for latency without coordinated omission. On invocations of clients only. */
  readonly scheduled?: Ns;
  /** The node the client spoke to; absent for nemesis and observers. */
  readonly node?: NodeId;
  readonly applied?: false;
  readonly error?: OpError;
}

/** Where the runner puts events while the run goes on. */
export interface HistorySink {
  /** Synchronous. Call order = index order = file order, so that every prefix is a sound history. Gives the index. */
  append(event: Omit<Event, 'index'>): number;
  /** Gets everything appended so far onto the disk. Rejects when the disk refused. */
  flush(): Promise<void>;
}

/** Codes of `HistoryColumns.type`. */
export const EVENT_TYPES = ['invoke', 'ok', 'fail', 'info'] as const;

/** One element per event, on SharedArrayBuffers: workers read them without a copy. */
export interface HistoryColumns {
  /** Index into `EVENT_TYPES`; +8 (bit 3) when `applied: false`. */
  readonly type: Uint8Array;
  /** Client processes as they are (>= 0); -1 is the nemesis; observers are -2 - (index into `History.observers`). */
  readonly process: Int32Array;
  /** Index into `History.fs`. */
  readonly f: Uint16Array;
  /** Index into `History.nodes`, -1 where absent. */
  readonly node: Int16Array;
  /** Value ids (see `History.value`); `NO_VALUE` where absent. */
  readonly key: Int32Array;
  readonly value: Int32Array;
  /** ns since the start of the run. */
  readonly time: Float64Array;
  /** Intended start in ns, NaN where absent. */
  readonly scheduled: Float64Array;
  /** Index of the partner event, -1 where there is none. */
  readonly pair: Int32Array;
  /** Index into `History.errors`, -1 where there is none. */
  readonly error: Int32Array;
}

/** Value id of "absent". */
export const NO_VALUE = -0x80000000;

/**
 * A whole history in memory. Equal values have equal ids. An id >= 0 is that very integer; an id < 0 names an entry of
 * the table of interned values. (So integers outside 0..2^31-1, and everything that is no integer, are interned.)
 */
export interface History {
  readonly length: number;
  readonly columns: HistoryColumns;
  readonly fs: readonly string[];
  readonly nodes: readonly NodeId[];
  readonly observers: readonly string[];
  readonly errors: readonly OpError[];
  /** The operation specs of the header, if the history had one. */
  readonly operations: readonly OperationSpec[];
  /** The value of an id. Throws a RangeError for an id that is not of this history; `NO_VALUE` gives undefined. */
  value(id: number): Value | undefined;
  /** Builds an object: for reports and tests, never in a checker's loop. */
  event(index: number): Event;
}
