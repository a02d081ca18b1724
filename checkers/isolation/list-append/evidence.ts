/** Why one transaction depends on another: from an edge back to the operations and the read that prove it. O(operations of both). */
import { FAIL } from '../../../harness/history/columns.ts';
import { CYCLE } from '../findings/describe-cycle.ts';
import type { Evidence, EvidenceSource } from '../findings/evidence.ts';
import type { Names } from '../findings/names.ts';
import { RW, WR, WW } from '../graph/dependency-graph.ts';
import { APPEND, READ, type Transactions, UNKNOWN_LENGTH } from '../transactions/columns.ts';
import { ELSEWHERE, UNOBSERVED, type VersionOrders } from './version-orders.ts';

export class ListEvidence implements EvidenceSource {
  readonly certificate = CYCLE;
  readonly #txns: Transactions;
  readonly #orders: VersionOrders;
  readonly #names: Names;

  constructor(transactions: Transactions, orders: VersionOrders, names: Names) {
    this.#txns = transactions;
    this.#orders = orders;
    this.#names = names;
  }

  /** Throws an Error for an edge that nothing supports: a mistake of ours. */
  of(from: number, to: number, kind: number): Evidence {
    const found = kind === WW ? this.#overwritten(from, to) : kind === WR ? this.#observed(from, to) : kind === RW ? this.#missed(from, to) : undefined;
    if (found === undefined)
      throw new Error(`nothing supports the edge of kind ${kind} from ${this.#names.transaction(from)} to ${this.#names.transaction(to)}`);
    return found;
  }

  #ops(t: number, kind: number): number[] {
    const ops: number[] = [];
    for (let op = this.#txns.firstOp[t]!; op < this.#txns.firstOp[t + 1]!; op++) {
      if (this.#txns.kind[op] === kind && this.#txns.length[op] !== UNKNOWN_LENGTH) ops.push(op);
    }
    return ops;
  }

  /** The pair of operations on one key that `fits`, with the greatest place of the first. */
  #pair(first: readonly number[], second: readonly number[], fits: (a: number, b: number) => boolean): readonly [number, number] | undefined {
    const { key } = this.#txns;
    const { position } = this.#orders;
    let best: readonly [number, number] | undefined;
    for (const a of first) {
      for (const b of second) {
        if (key[a] === key[b] && fits(a, b) && (best === undefined || position[a]! > position[best[0]]!)) best = [a, b];
      }
    }
    return best;
  }

  #overwritten(from: number, to: number): Evidence | undefined {
    const { position, longest } = this.#orders;
    const pair = this.#pair(
      this.#ops(from, APPEND),
      this.#ops(to, APPEND),
      (a, b) => position[a]! >= 0 && (position[b] === UNOBSERVED || position[b]! > position[a]!),
    );
    if (pair === undefined) return undefined;
    const [a, b] = pair;
    const { transactions: txns, names } = { transactions: this.#txns, names: this.#names };
    const read = longest[txns.key[a]!]!;
    const witness = txns.owner[read]!;
    const seen = position[b] === UNOBSERVED ? `${names.element(txns.element[a]!)} and not ${names.element(txns.element[b]!)}` : 'them in this order';
    return {
      kind: 'ww',
      key: txns.keyValue(txns.key[a]!),
      before: txns.elementValue(txns.element[a]!),
      after: txns.elementValue(txns.element[b]!),
      read: names.event(witness),
      sentence: `${names.transaction(from)} appended ${names.element(txns.element[a]!)} to ${names.key(txns.key[a]!)} before ${names.transaction(to)} appended ${names.element(txns.element[b]!)} (T${names.event(witness)} read ${seen})`,
    };
  }

  #observed(from: number, to: number): Evidence | undefined {
    const { position } = this.#orders;
    if (this.#txns.outcome[from] === FAIL) return undefined;
    const { element, length } = this.#txns;
    const pair = this.#pair(this.#ops(from, APPEND), this.#ops(to, READ), (a, b) =>
      position[b] === ELSEWHERE ? length[b]! > 0 && element[a] === element[b] : position[a]! >= 0 && position[a]! <= position[b]!,
    );
    if (pair === undefined) return undefined;
    const [append, read] = pair;
    const txns = this.#txns;
    return {
      kind: 'wr',
      key: txns.keyValue(txns.key[read]!),
      element: txns.elementValue(txns.element[append]!),
      sentence: `${this.#names.transaction(to)} read ${this.#names.list(read)} in ${this.#names.key(txns.key[read]!)}, with ${this.#names.element(txns.element[append]!)} of ${this.#names.transaction(from)}`,
    };
  }

  #missed(from: number, to: number): Evidence | undefined {
    const { position } = this.#orders;
    const pair = this.#pair(
      this.#ops(to, APPEND),
      this.#ops(from, READ),
      (b, r) => position[r] !== ELSEWHERE && (position[b] === UNOBSERVED || position[b]! > position[r]!),
    );
    if (pair === undefined) return undefined;
    const [append, read] = pair;
    const txns = this.#txns;
    return {
      kind: 'rw',
      key: txns.keyValue(txns.key[read]!),
      element: txns.elementValue(txns.element[append]!),
      sentence: `${this.#names.transaction(from)} read ${this.#names.list(read)} in ${this.#names.key(txns.key[read]!)}, without ${this.#names.element(txns.element[append]!)}, which ${this.#names.transaction(to)} appended`,
    };
  }
}
