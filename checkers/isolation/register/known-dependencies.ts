/** What is certain of registers whatever the model: who read whose value, and that nil comes before every value. O(n). */
import { FAIL, OK } from '../../../harness/history/columns.ts';
import { CYCLE } from '../findings/describe-cycle.ts';
import type { Evidence, EvidenceSource } from '../findings/evidence.ts';
import type { Names } from '../findings/names.ts';
import { type GraphBuilder, RW, WR } from '../graph/dependency-graph.ts';
import { fan } from '../graph/fan.ts';
import type { ByKey } from '../transactions/by-key.ts';
import { READ, type Transactions, WRITE } from '../transactions/columns.ts';
import { INITIAL, type Versions } from './versions.ts';

/** Adds them. */
export function addKnownDependencies(graph: GraphBuilder, transactions: Transactions, byKey: ByKey, versions: Versions): void {
  const { owner, outcome, keyCount } = transactions;
  for (let k = 0; k < keyCount; k++) {
    const ofNil: number[] = [];
    for (let i = byKey.readStart[k]!; i < byKey.readStart[k + 1]!; i++) {
      const read = byKey.reads[i]!;
      const writer = versions.writer[versions.of[read]!]!;
      if (writer === INITIAL && transactions.previous[read] === -1) ofNil.push(owner[read]!);
      if (writer >= 0 && outcome[owner[writer]!] !== FAIL) graph.edge(owner[writer]!, owner[read]!, WR);
    }
    if (ofNil.length > 0) fan(graph, ofNil, committedWriters(transactions, byKey, versions, k), RW);
  }
}

/** Transactions that took effect and wrote key k, once each. */
export function committedWriters({ owner }: Transactions, byKey: ByKey, { committed, final }: Versions, k: number): number[] {
  const writers: number[] = [];
  for (let i = byKey.writeStart[k]!; i < byKey.writeStart[k + 1]!; i++) {
    const op = byKey.writes[i]!;
    if (committed[owner[op]!] === 1 && final[op] === 1) writers.push(owner[op]!);
  }
  return writers;
}

export class RegisterEvidence implements EvidenceSource {
  readonly certificate = CYCLE;
  readonly #txns: Transactions;
  readonly #versions: Versions;
  readonly #names: Names;

  constructor(transactions: Transactions, versions: Versions, names: Names) {
    this.#txns = transactions;
    this.#versions = versions;
    this.#names = names;
  }

  /** Throws an Error for an edge that nothing supports: a mistake of ours. */
  of(from: number, to: number, kind: number): Evidence {
    const found = kind === WR ? this.#observed(from, to) : kind === RW ? this.#missed(from, to) : undefined;
    if (found === undefined)
      throw new Error(`nothing supports the edge of kind ${kind} from ${this.#names.transaction(from)} to ${this.#names.transaction(to)}`);
    return found;
  }

  #ops(t: number, kind: number): number[] {
    const { firstOp } = this.#txns;
    return Array.from({ length: firstOp[t + 1]! - firstOp[t]! }, (_, i) => firstOp[t]! + i).filter((op) => this.#txns.kind[op] === kind);
  }

  #observed(from: number, to: number): Evidence | undefined {
    const { owner, outcome, key, element } = this.#txns;
    const read = this.#ops(to, READ).find((op) => {
      const writer = this.#versions.writer[this.#versions.of[op]!]!;
      return writer >= 0 && owner[writer] === from && outcome[to] === OK;
    });
    if (read === undefined) return undefined;
    return {
      kind: 'wr',
      key: this.#txns.keyValue(key[read]!),
      element: this.#txns.elementValue(element[read]!),
      sentence: `${this.#names.transaction(to)} read ${this.#names.element(element[read]!)} in ${this.#names.key(key[read]!)}, which ${this.#names.transaction(from)} wrote`,
    };
  }

  #missed(from: number, to: number): Evidence | undefined {
    const { key, previous, element } = this.#txns;
    const writes = this.#ops(to, WRITE);
    for (const read of this.#ops(from, READ)) {
      if (previous[read] !== -1 || this.#versions.writer[this.#versions.of[read]!] !== INITIAL) continue;
      const write = writes.find((op) => key[op] === key[read]);
      if (write === undefined) continue;
      return {
        kind: 'rw',
        key: this.#txns.keyValue(key[read]!),
        element: this.#txns.elementValue(element[write]!),
        sentence: `${this.#names.transaction(from)} read nil in ${this.#names.key(key[read]!)}, so before ${this.#names.transaction(to)} wrote ${this.#names.element(element[write]!)}`,
      };
    }
    return undefined;
  }
}
