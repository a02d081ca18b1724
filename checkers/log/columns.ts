/** What a history says of partitioned logs, in columns: operations, sends, records polled, values, slots (offsets of keys). */
import type { Value } from '../../harness/contracts/index.ts';

/** One entry an operation of a client, in order of invocation. `complete` is -1 without a completion. */
export interface Operations {
  readonly invoke: number[];
  readonly complete: number[];
  readonly outcome: number[];
  /** 1 where it is a transaction. */
  readonly txn: number[];
  /** Its sends are `firstSend[op] .. firstSend[op + 1]`. */
  readonly firstSend: number[];
}

/** One entry a send of any outcome. */
export interface Sends {
  readonly op: number[];
  readonly value: number[];
  /** Where it was acknowledged to stand; -1 where it was not, or without an offset. */
  readonly slot: number[];
  /** The send before it of the same process to the same key that may have happened, -1 without one. */
  readonly previous: number[];
}

/** One entry a record in the answer to a poll. */
export interface Records {
  readonly op: number[];
  readonly value: number[];
  readonly slot: number[];
  /** The record of this key that the same consumer got before it, without a break between them; -1 after a break. */
  readonly previous: number[];
  /** 1 where the consumer was one of a group. */
  readonly grouped: number[];
}

/** One entry a distinct value of a key. */
export interface Values {
  readonly key: number[];
  readonly value: Value[];
  /** How many sends of it may have happened. */
  readonly attempts: number[];
  /** The first of them, -1 without one. */
  readonly possible: number[];
  /** The first send that was acknowledged, that failed; -1 without one. */
  readonly acked: number[];
  readonly failed: number[];
  /** The first record that shows it, -1 without one. */
  readonly seen: number[];
  /** The first slot that it was said to be at, -1 without one, and which operation said so. */
  readonly slot: number[];
  readonly slotBy: number[];
  /** How many slots. */
  readonly slots: number[];
}

/** One entry an offset of a key that something was said of. */
export interface Slots {
  readonly key: number[];
  readonly offset: number[];
  /** What stands there, and which operation said so. */
  readonly value: number[];
  readonly by: number[];
}

/** A second, different thing that was said of a value's slot, or of a slot's value. */
export interface Contradiction {
  readonly value: number;
  readonly slot: number;
  /** The operation that says so. */
  readonly op: number;
}

/** A consumer that was new after everything had been sent, and reads a log from its beginning. */
export interface FinalReader {
  /** The keys that it was assigned; undefined: all. */
  readonly assigned: ReadonlySet<string> | undefined;
  /** By key, the record with the greatest offset that it reached without a break. */
  readonly reached: ReadonlyMap<number, number>;
  /** The operation whose empty poll says that it had read to the end; -1 if it had not. */
  readonly caughtUp: number;
}

export interface LogColumns {
  readonly keys: readonly string[];
  readonly ops: Operations;
  readonly sends: Sends;
  readonly records: Records;
  readonly values: Values;
  readonly slots: Slots;
  /** Values at a second slot, one entry for each such value. */
  readonly moved: readonly Contradiction[];
  /** Slots with a second value, one entry for each such slot. */
  readonly overwritten: readonly Contradiction[];
  readonly finalReaders: readonly FinalReader[];
  readonly polls: number;
  readonly rebalances: number;
  /** Operations of other kinds; operations whose values are none of a log. */
  readonly foreign: readonly number[];
  readonly malformed: readonly number[];
}
