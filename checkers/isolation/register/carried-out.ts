/**
 * Registers while transactions are carried out on them one after the other, the last ones of which can be taken back. O(its
 * micro-operations) for each.
 */
import { OK } from '../../../harness/history/columns.ts';
import type { ByKey } from '../transactions/by-key.ts';
import { READ, type Transactions } from '../transactions/columns.ts';
import type { Versions } from './versions.ts';

export class CarriedOut {
  /** Transactions in the order in which they were carried out: the first `length` of them. */
  readonly order: Int32Array;
  length = 0;
  /** Transactions that read version v first: `readers[readStart[v] .. readStart[v + 1])`. */
  readonly readStart: Int32Array;
  readonly readers: Int32Array;
  readonly #txns: Transactions;
  readonly #versions: Versions;
  /** Of each version, how many of its readers are still to come. */
  readonly #toCome: Int32Array;
  /** The write that each key shows, -1 for none; and the one that a write replaced. */
  readonly #shown: Int32Array;
  readonly #replaced: Int32Array;
  /** Of each transaction its place in `order`, -1 where it was not carried out, and the event at which it was. */
  readonly #place: Int32Array;
  readonly #at: Int32Array;

  constructor(transactions: Transactions, versions: Versions, byKey: ByKey) {
    const { count, keyCount, opCount, owner, previous } = transactions;
    this.#txns = transactions;
    this.#versions = versions;
    this.order = new Int32Array(count);
    this.#place = new Int32Array(count).fill(-1);
    this.#at = new Int32Array(count);
    this.#shown = new Int32Array(keyCount).fill(-1);
    this.#replaced = new Int32Array(opCount);
    this.readStart = new Int32Array(versions.element.length + 1);
    const first = byKey.reads.filter((read) => previous[read] === -1);
    for (const read of first) this.readStart[versions.of[read]! + 1]!++;
    this.#toCome = this.readStart.slice(1);
    for (let v = 1; v < this.readStart.length; v++) this.readStart[v]! += this.readStart[v - 1]!;
    const next = this.readStart.slice();
    this.readers = new Int32Array(first.length);
    for (const read of first) this.readers[next[versions.of[read]!]!++] = owner[read]!;
  }

  has(t: number): boolean {
    return this.#place[t]! >= 0;
  }

  /** Of a transaction that was carried out: how many were before it, and the event at which it was. */
  placeOf(t: number): number {
    return this.#place[t]!;
  }

  eventOf(t: number): number {
    return this.#at[t]!;
  }

  /** The write that key k shows, -1 for none. */
  shown(k: number): number {
    return this.#shown[k]!;
  }

  /** The version that key k shows. */
  version(k: number): number {
    const write = this.#shown[k]!;
    return write < 0 ? this.#versions.first[k]! : this.#versions.of[write]!;
  }

  /** The write that a write replaced when it was carried out, -1 for none. */
  replaced(write: number): number {
    return this.#replaced[write]!;
  }

  /** How many that read this version first are still to come. */
  toCome(version: number): number {
    return this.#toCome[version]!;
  }

  add(t: number, event: number): void {
    const { firstOp, kind, key, previous, outcome } = this.#txns;
    const { of, final } = this.#versions;
    this.#place[t] = this.length;
    this.#at[t] = event;
    this.order[this.length++] = t;
    for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) {
      if (kind[op] === READ) {
        if (previous[op] === -1 && outcome[t] === OK) this.#toCome[of[op]!]!--;
      } else if (final[op] === 1) {
        this.#replaced[op] = this.#shown[key[op]!]!;
        this.#shown[key[op]!] = op;
      }
    }
  }

  /** Takes back all but the first `length`. */
  takeBack(length: number): void {
    const { firstOp, kind, key, previous, outcome } = this.#txns;
    const { of, final } = this.#versions;
    while (this.length > length) {
      const t = this.order[--this.length]!;
      this.#place[t] = -1;
      for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) {
        if (kind[op] === READ) {
          if (previous[op] === -1 && outcome[t] === OK) this.#toCome[of[op]!]!++;
        } else if (final[op] === 1) this.#shown[key[op]!] = this.#replaced[op]!;
      }
    }
  }
}
