/** The offsets of each key in their order, and what the next one from any place is that was seen, or is missed. */
import type { LogColumns } from './columns.ts';

export class OffsetOrder {
  /** Slots by key, then by offset; the place of each slot in that. */
  readonly slots: Int32Array;
  readonly place: Int32Array;
  /** By key, the place of its first slot. */
  readonly start: Int32Array;
  /** By slot: the first record there whose value somebody may have sent, -1 without one. */
  readonly seen: Int32Array;
  readonly #nextSeen: Int32Array;

  constructor(log: LogColumns) {
    const { slots, keys } = log;
    const count = slots.key.length;
    this.slots = new Int32Array(count);
    this.place = new Int32Array(count);
    this.start = new Int32Array(keys.length + 1);
    for (const key of slots.key) this.start[key + 1] = this.start[key + 1]! + 1;
    for (let key = 0; key < keys.length; key++) this.start[key + 1] = this.start[key + 1]! + this.start[key]!;
    const fill = this.start.slice();
    for (let slot = 0; slot < count; slot++) this.slots[fill[slots.key[slot]!]!++] = slot;
    for (let key = 0; key < keys.length; key++) this.slots.subarray(this.start[key]!, this.start[key + 1]!).sort((a, b) => slots.offset[a]! - slots.offset[b]!);
    for (let at = 0; at < count; at++) this.place[this.slots[at]!] = at;
    this.seen = seenBy(log);
    this.#nextSeen = new Int32Array(count + 1).fill(count);
    for (let at = count - 1; at >= 0; at--) this.#nextSeen[at] = this.seen[this.slots[at]!] === -1 ? this.#nextSeen[at + 1]! : at;
  }

  /** The first slot strictly between two of one key that somebody saw, -1 without one. */
  seenBetween(from: number, to: number): number {
    const at = this.#nextSeen[this.place[from]! + 1]!;
    return at < this.place[to]! ? this.slots[at]! : -1;
  }
}

function seenBy({ records, values, slots }: LogColumns): Int32Array {
  const seen = new Int32Array(slots.key.length).fill(-1);
  for (let record = records.op.length - 1; record >= 0; record--) {
    if (values.attempts[records.value[record]!]! > 0) seen[records.slot[record]!] = record;
  }
  return seen;
}
