/**
 * Dependencies between transactions over lists (Adya's ww, wr and rw, as Elle infers them). All appends that took effect and
 * that no read shows come after those that one shows, in no order among themselves. O(micro-operations).
 */
import { FAIL } from '../../../harness/history/columns.ts';
import { type GraphBuilder, RW, WR, WW } from '../graph/dependency-graph.ts';
import { fan } from '../graph/fan.ts';
import type { ByKey } from '../transactions/by-key.ts';
import type { Transactions } from '../transactions/columns.ts';
import { ELSEWHERE, UNOBSERVED, type VersionOrders } from './version-orders.ts';

/** Adds them. */
export function addListDependencies(graph: GraphBuilder, transactions: Transactions, byKey: ByKey, orders: VersionOrders): void {
  for (let k = 0; k < transactions.keyCount; k++) if (orders.longest[k]! >= 0) new KeyDependencies(graph, transactions, byKey, orders, k).add();
  // A read that contradicts the others has seen its last element all the same.
  for (const [i, read] of orders.incompatible.entries()) {
    const writer = orders.incompatibleWriters[i]!;
    if (writer >= 0 && !hasFailed(transactions, writer)) graph.edge(transactions.owner[writer]!, transactions.owner[read]!, WR);
  }
}

function hasFailed({ owner, outcome }: Transactions, op: number): boolean {
  return outcome[owner[op]!] === FAIL;
}

/** The transaction that wrote version `at` of all keys' versions and took effect, -1 where none is known to have. */
export function committedWriter(transactions: Transactions, { writers }: VersionOrders, at: number): number {
  const writer = writers[at]!;
  return writer < 0 || hasFailed(transactions, writer) ? -1 : transactions.owner[writer]!;
}

class KeyDependencies {
  readonly #graph: GraphBuilder;
  readonly #txns: Transactions;
  readonly #byKey: ByKey;
  readonly #orders: VersionOrders;
  readonly #key: number;
  readonly #first: number;
  readonly #end: number;

  constructor(graph: GraphBuilder, transactions: Transactions, byKey: ByKey, orders: VersionOrders, key: number) {
    this.#graph = graph;
    this.#txns = transactions;
    this.#byKey = byKey;
    this.#orders = orders;
    this.#key = key;
    this.#first = orders.first[key]!;
    this.#end = orders.first[key + 1]!;
  }

  add(): void {
    let last = -1;
    for (let at = this.#first; at < this.#end; at++) {
      const writer = this.#writer(at);
      if (writer < 0) continue;
      if (last >= 0) this.#graph.edge(last, writer, WW);
      last = writer;
    }
    const unobserved = this.#unobserved();
    if (last >= 0) for (const writer of unobserved) this.#graph.edge(last, writer, WW);
    this.#reads(unobserved);
  }

  #writer(at: number): number {
    return committedWriter(this.#txns, this.#orders, at);
  }

  /** Transactions that took effect and whose append to this key no read shows. */
  #unobserved(): number[] {
    const { writeStart, writes } = this.#byKey;
    const { position, committed } = this.#orders;
    const found: number[] = [];
    for (let i = writeStart[this.#key]!; i < writeStart[this.#key + 1]!; i++) {
      const t = this.#txns.owner[writes[i]!]!;
      if (position[writes[i]!] === UNOBSERVED && committed[t] === 1) found.push(t);
    }
    return found;
  }

  #reads(unobserved: readonly number[]): void {
    const { readStart, reads } = this.#byKey;
    const { owner } = this.#txns;
    const ofLast: number[] = [];
    for (let i = readStart[this.#key]!; i < readStart[this.#key + 1]!; i++) {
      const read = reads[i]!;
      const t = owner[read]!;
      const position = this.#orders.position[read]!;
      if (position === ELSEWHERE) continue;
      this.#observed(t, position);
      const next = this.#next(position);
      if (next >= 0) this.#graph.edge(t, next, RW);
      else ofLast.push(t);
    }
    if (unobserved.length > 0) fan(this.#graph, ofLast, unobserved, RW);
  }

  /**
   * From the writer of the version that was read; where nobody is known to have written it, or the reader itself has, of the one
   * before: behind its own appends the reader has read that.
   */
  #observed(t: number, position: number): void {
    for (let at = this.#first + position; at >= this.#first; at--) {
      const writer = this.#writer(at);
      if (writer < 0 || writer === t) continue;
      this.#graph.edge(writer, t, WR);
      return;
    }
  }

  /** Who wrote the next version that somebody is known to have written; -1 where the reader saw the last one. */
  #next(position: number): number {
    for (let at = this.#first + position + 1; at < this.#end; at++) {
      const writer = this.#writer(at);
      if (writer >= 0) return writer;
    }
    return -1;
  }
}
