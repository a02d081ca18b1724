/**
 * A first guess at the orders of versions: transactions are carried out as late as may be, at their acknowledgement, each after
 * what it read from and after those who read what it overwrites. Where that does not work out it goes on all the same: whoever
 * uses the guess looks whether it holds. O(micro-operations), but for readers that are looked at again.
 */
import { OK } from '../../../harness/history/columns.ts';
import type { ByKey } from '../transactions/by-key.ts';
import { READ, type Transactions } from '../transactions/columns.ts';
import type { Versions } from './versions.ts';

/** Orders of versions, all keys in one array, and who reads them. */
export interface GuessedVersions {
  /** Last writes of transactions that took effect, in the guessed order: of key k, `writes[start[k] .. start[k + 1])`. */
  readonly start: Int32Array;
  readonly writes: Int32Array;
  /** Transactions that read version v first: `readers[readStart[v] .. readStart[v + 1])`. */
  readonly readStart: Int32Array;
  readonly readers: Int32Array;
}

/** How deep what is needed may need something else. */
const DEEPEST = 500;

/** Of all keys. `events`: how many the history has. */
export function guessVersions(transactions: Transactions, byKey: ByKey, versions: Versions, events: number): GuessedVersions {
  return new LastMoment(transactions, versions, byKey).run(events);
}

class LastMoment {
  readonly #txns: Transactions;
  readonly #versions: Versions;
  readonly #start: Int32Array;
  readonly #writes: Int32Array;
  /** Where the next write of each key goes. */
  readonly #next: Int32Array;
  /** The version that each key has now. */
  readonly #current: Int32Array;
  /** Transactions that read a version first: `#readers[#readStart[v] .. #readStart[v + 1])`; and how many are still to come. */
  readonly #readStart: Int32Array;
  readonly #readers: Int32Array;
  readonly #toCome: Int32Array;
  /** Bit 0: invoked. Bit 1: done. Bit 2: waits for others. */
  readonly #state: Uint8Array;

  constructor(transactions: Transactions, versions: Versions, byKey: ByKey) {
    const { keyCount, count, previous, owner } = transactions;
    const { committed, final } = versions;
    this.#txns = transactions;
    this.#versions = versions;
    const writes = byKey.writes.filter((op) => committed[owner[op]!] === 1 && final[op] === 1);
    this.#start = new Int32Array(keyCount + 1);
    for (const op of writes) this.#start[transactions.key[op]! + 1]!++;
    for (let k = 0; k < keyCount; k++) this.#start[k + 1]! += this.#start[k]!;
    this.#writes = writes;
    this.#next = this.#start.slice(0, keyCount);
    this.#current = versions.first.slice(0, keyCount);
    this.#state = new Uint8Array(count);
    this.#readStart = new Int32Array(versions.element.length + 1);
    const first = byKey.reads.filter((read) => previous[read] === -1);
    for (const read of first) this.#readStart[versions.of[read]! + 1]!++;
    this.#toCome = this.#readStart.slice(1);
    for (let v = 1; v < this.#readStart.length; v++) this.#readStart[v]! += this.#readStart[v - 1]!;
    const next = this.#readStart.slice();
    this.#readers = new Int32Array(first.length);
    for (const read of first) this.#readers[next[versions.of[read]!]!++] = owner[read]!;
  }

  run(events: number): GuessedVersions {
    const { count, invocation, completion, outcome } = this.#txns;
    const ending = new Int32Array(events).fill(-1);
    const starting = new Int32Array(events).fill(-1);
    for (let t = 0; t < count; t++) {
      if (this.#versions.committed[t] === 0) continue;
      if (invocation[t]! >= 0) starting[invocation[t]!] = t;
      else this.#state[t] = 1;
      if (outcome[t] === OK) ending[completion[t]!] = t;
    }
    for (let i = 0; i < events; i++) {
      if (starting[i]! >= 0) this.#state[starting[i]!]! |= 1;
      if (ending[i]! >= 0) this.#need(ending[i]!, 0);
    }
    for (let t = 0; t < count; t++) if (this.#versions.committed[t] === 1) this.#need(t, 0);
    return { start: this.#start, writes: this.#writes, readStart: this.#readStart, readers: this.#readers };
  }

  #need(t: number, depth: number): void {
    if (this.#state[t] !== 1 || depth > DEEPEST) return;
    this.#state[t]! |= 4;
    for (let again = 0; again < 3 && this.#prepare(t, depth); again++);
    this.#carryOut(t);
  }

  /** Whether others had to go first: then one looks again. */
  #prepare(t: number, depth: number): boolean {
    const { firstOp, kind, key, previous, outcome, owner } = this.#txns;
    const { of, writer, final } = this.#versions;
    let changed = false;
    const first = (other: number): void => {
      if (this.#state[other] !== 1) return;
      changed = true;
      this.#need(other, depth + 1);
    };
    for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) {
      const now = this.#current[key[op]!]!;
      if (kind[op] === READ) {
        if (previous[op] !== -1 || outcome[t] !== OK || of[op] === now || writer[of[op]!]! < 0) continue;
        first(owner[writer[of[op]!]!]!);
      } else if (final[op] === 1 && this.#toCome[now]! > 0) {
        for (let i = this.#readStart[now]!; i < this.#readStart[now + 1]!; i++) if (this.#readers[i] !== t) first(this.#readers[i]!);
      }
    }
    return changed;
  }

  #carryOut(t: number): void {
    const { firstOp, kind, previous, outcome } = this.#txns;
    const { of, final } = this.#versions;
    this.#state[t] = 3;
    for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) {
      if (kind[op] === READ) {
        if (previous[op] === -1 && outcome[t] === OK) this.#toCome[of[op]!]!--;
      } else if (final[op] === 1) {
        this.#write(op);
      }
    }
  }

  #write(op: number): void {
    const k = this.#txns.key[op]!;
    const at = this.#next[k]!++;
    const now = this.#current[k]!;
    const version = this.#versions.of[op]!;
    // Who is still to read the version now must find it, so this write came before it.
    if (at > this.#start[k]! && this.#toCome[now]! > 0 && this.#toCome[version] === 0) {
      this.#writes[at] = this.#writes[at - 1]!;
      this.#writes[at - 1] = op;
    } else {
      this.#writes[at] = op;
      this.#current[k] = version;
    }
  }
}
