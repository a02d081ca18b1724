/** What was acknowledged and never polled: lost where a consumer read beyond it, unseen where one had read to the end. */
import { INFO } from '../../harness/history/columns.ts';
import type { FinalReader, LogColumns } from './columns.ts';
import type { LogFinding } from './findings.ts';
import type { OffsetOrder } from './offset-order.ts';

export interface Losses {
  readonly findings: readonly LogFinding[];
  /** Values that were acknowledged, or whose transaction must have been committed, and of which nobody knows whether they are there. */
  readonly undecided: number;
}

/** O(slots + records + values). */
export function findLosses(log: LogColumns, order: OffsetOrder): Losses {
  const findings: LogFinding[] = [];
  const lost = lostWrites(log, order, findings);
  const ends = endsOf(log);
  let undecided = 0;
  const { values } = log;
  for (let value = 0; value < values.key.length; value++) {
    if (values.acked[value] === -1 || values.seen[value] !== -1 || lost.has(value)) continue;
    const end = ends[values.key[value]!]!;
    if (end === undefined) undecided++;
    else findings.push({ type: 'unseen', value, send: values.acked[value]!, two: end.caughtUp });
  }
  return { findings, undecided: undecided + tornTransactions(log, ends, findings) };
}

/** Values whose acknowledged slots a consumer passed, and which nobody saw anywhere. */
function lostWrites(log: LogColumns, order: OffsetOrder, findings: LogFinding[]): ReadonlySet<number> {
  const { sends, values, records, keys, finalReaders } = log;
  const missing = new MissingSlots(order, sends.op.length);
  for (let send = 0; send < sends.op.length; send++) {
    const slot = sends.slot[send]!;
    if (slot !== -1 && values.seen[sends.value[send]!] === -1) missing.add(order.place[slot]!, send);
  }
  const lost = new Set<number>();
  const passed = (from: number, to: number, before: number, after: number): void => {
    for (let at = missing.next(from); at < to; at = missing.next(at)) {
      for (const send of missing.take(at)) {
        const value = sends.value[send]!;
        if (!lost.has(value)) findings.push({ type: 'lost-write', value, send, before, after });
        lost.add(value);
      }
    }
  };
  if (missing.count === 0) return lost;
  for (let record = 0; record < records.op.length; record++) {
    const previous = records.previous[record]!;
    if (previous !== -1) passed(order.place[records.slot[previous]!]! + 1, order.place[records.slot[record]!]!, previous, record);
  }
  for (const { reached, assigned } of finalReaders) {
    for (const [key, record] of reached) {
      if (assigned === undefined || assigned.has(keys[key]!)) passed(order.start[key]!, order.place[records.slot[record]!]!, -1, record);
    }
  }
  return lost;
}

/** Slots that are missed, each to be taken once: the next one from any place in almost constant time. */
class MissingSlots {
  count = 0;
  /** By place, the last send that stands there, and by send, the one before it. */
  readonly #send: Int32Array;
  readonly #before: Int32Array;
  readonly #next: Int32Array;
  #linked = false;

  constructor(order: OffsetOrder, sends: number) {
    this.#send = new Int32Array(order.slots.length).fill(-1);
    this.#before = new Int32Array(sends);
    this.#next = Int32Array.from({ length: order.slots.length + 1 }, (_, at) => at);
  }

  add(at: number, send: number): void {
    this.count++;
    this.#before[send] = this.#send[at]!;
    this.#send[at] = send;
  }

  /** All sends that stand there. */
  *take(at: number): Iterable<number> {
    this.#next[at] = at + 1;
    for (let send = this.#send[at]!; send !== -1; send = this.#before[send]!) yield send;
  }

  /** The first at or after `from`. */
  next(from: number): number {
    if (!this.#linked) {
      for (let at = 0; at < this.#send.length; at++) if (this.#send[at] === -1) this.#next[at] = at + 1;
      this.#linked = true;
    }
    let root = from;
    while (this.#next[root] !== root) root = this.#next[root]!;
    for (let at = from; at !== root; ) {
      const next = this.#next[at]!;
      this.#next[at] = root;
      at = next;
    }
    return root;
  }
}

/** By key, a final consumer that had read it to its end. */
function endsOf({ keys, finalReaders }: LogColumns): readonly (FinalReader | undefined)[] {
  const caughtUp = finalReaders.filter((reader) => reader.caughtUp !== -1);
  const everything = caughtUp.find(({ assigned }) => assigned === undefined);
  const byName = new Map<string, FinalReader>();
  for (const reader of caughtUp) for (const key of reader.assigned ?? []) if (!byName.has(key)) byName.set(key, reader);
  return keys.map((key) => byName.get(key) ?? everything);
}

/** Unknown transactions of which a part was seen. Gives how many values of them may still be there or not. */
function tornTransactions({ ops, sends, values }: LogColumns, ends: readonly (FinalReader | undefined)[], findings: LogFinding[]): number {
  let undecided = 0;
  for (let op = 0; op < ops.invoke.length; op++) {
    if (ops.txn[op] === 0 || ops.outcome[op] !== INFO) continue;
    const own: number[] = [];
    // a value that is sent elsewhere as well says nothing of this transaction
    for (let send = ops.firstSend[op]!; send < ops.firstSend[op + 1]!; send++) if (values.attempts[sends.value[send]!] === 1) own.push(send);
    const seen = own.find((send) => values.seen[sends.value[send]!] !== -1);
    if (seen === undefined) continue;
    const absent = own.filter((send) => values.seen[sends.value[send]!] === -1);
    const missing = absent.find((send) => ends[values.key[sends.value[send]!]!] !== undefined);
    if (missing === undefined) undecided += absent.length;
    else {
      const value = sends.value[missing]!;
      const record = values.seen[sends.value[seen]!]!;
      findings.push({ type: 'torn-transaction', value, send: missing, one: op, record, two: ends[values.key[value]!]!.caughtUp });
    }
  }
  return undecided;
}
