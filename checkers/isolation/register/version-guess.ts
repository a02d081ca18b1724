/**
 * A first guess at the orders of versions: transactions are carried out as late as may be, at their acknowledgement, each after
 * what it read from and after those who read what it overwrites. Where that does not work out it goes on all the same: whoever
 * uses the guess looks whether it holds. O(micro-operations), but for readers that are looked at again.
 */
import { FAIL, OK } from '../../../harness/history/columns.ts';
import type { ByKey } from '../transactions/by-key.ts';
import { READ, type Transactions } from '../transactions/columns.ts';
import { INITIAL, type Versions } from './versions.ts';

/** A key's writers in the guessed order, and the transactions that read each of them first, and nil. */
export interface GuessedKey {
  readonly writers: number[];
  readonly readers: ReadonlyMap<number, readonly number[]>;
  readonly ofNil: readonly number[];
}

/** How deep what is needed may need something else. */
const DEEPEST = 500;

/** Of all keys. `events`: how many the history has. */
export function guessVersions(transactions: Transactions, byKey: ByKey, versions: Versions, events: number): GuessedKey[] {
  const orders = new LastMoment(transactions, versions, byKey).run(events);
  return orders.map((writers, k) => ({ writers, ...readersOf(transactions, byKey, versions, k) }));
}

function readersOf(transactions: Transactions, byKey: ByKey, versions: Versions, k: number): Pick<GuessedKey, 'readers' | 'ofNil'> {
  const readers = new Map<number, number[]>();
  const ofNil: number[] = [];
  for (let i = byKey.readStart[k]!; i < byKey.readStart[k + 1]!; i++) {
    const read = byKey.reads[i]!;
    if (transactions.previous[read] !== -1) continue;
    const writer = versions.writer[versions.of[read]!]!;
    if (writer === INITIAL) ofNil.push(transactions.owner[read]!);
    if (writer < 0 || transactions.outcome[transactions.owner[writer]!] === FAIL || versions.final[writer] === 0) continue;
    const known = readers.get(transactions.owner[writer]!);
    if (known === undefined) readers.set(transactions.owner[writer]!, [transactions.owner[read]!]);
    else known.push(transactions.owner[read]!);
  }
  return { readers, ofNil };
}

class LastMoment {
  readonly #txns: Transactions;
  readonly #versions: Versions;
  readonly #orders: number[][];
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
    this.#txns = transactions;
    this.#versions = versions;
    this.#orders = Array.from({ length: keyCount }, () => []);
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

  run(events: number): number[][] {
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
    return this.#orders;
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
    const { firstOp, kind, key, previous, outcome } = this.#txns;
    const { of, final } = this.#versions;
    this.#state[t] = 3;
    for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) {
      if (kind[op] === READ) {
        if (previous[op] === -1 && outcome[t] === OK) this.#toCome[of[op]!]!--;
      } else if (final[op] === 1) {
        this.#current[key[op]!] = of[op]!;
        this.#orders[key[op]!]!.push(t);
      }
    }
  }
}
