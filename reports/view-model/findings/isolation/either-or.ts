/**
 * Why some transactions over registers have no order, by cases: of two writes to a key either came first, and each choice closes
 * a cycle. Orders of which only one side does are settled first. What the verifier found by trying all orders, told in a few steps.
 */
import type { History, Value } from '../../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../../harness/history/canonical-json.ts';
import { eventType, INVOKE, isClient } from '../../../../harness/history/columns.ts';
import type { BranchView, ChoiceView } from '../../isolation-view.ts';
import { valueInWords } from '../../wording.ts';
import { readInWords, same, type Transaction, transactionAt } from './transactions.ts';

interface Edge {
  readonly from: number;
  readonly to: number;
  /** Empty for what goes without saying: a snapshot is taken before its commit. */
  readonly words: string;
  /** Which settled order it follows from. */
  readonly settled?: number;
}

/** Two writers of a key, with those who read what they wrote. */
interface Pair {
  readonly key: string;
  readonly one: number;
  readonly other: number;
  readonly readers: ReadonlyMap<number, readonly number[]>;
}

interface Lemma {
  readonly branch: BranchView;
  readonly rests: readonly number[];
}

/** Null where it takes more than one choice to see. `type`: `no-serial-order`, `no-snapshot-order`, with the order of time that is kept. */
export function choiceOf(history: History, type: string, transactions: readonly Transaction[]): ChoiceView | null {
  const proof = new ProofByCases(history, type, transactions);
  return proof.find();
}

class ProofByCases {
  readonly #all: readonly Transaction[];
  readonly #snapshot: boolean;
  /** Of orders that are neither serial nor of snapshots nothing is told. */
  readonly #isOther: boolean;
  readonly #edges: Edge[] = [];
  readonly #pairs: Pair[] = [];
  readonly #lemmas: Lemma[] = [];

  constructor(history: History, type: string, transactions: readonly Transaction[]) {
    this.#all = transactions;
    this.#snapshot = type.startsWith('no-snapshot-order');
    this.#isOther = type.startsWith('no-prefix-order') || type.startsWith('no-parallel-order');
    if (this.#snapshot) for (const t of transactions.keys()) this.#edges.push({ from: 2 * t, to: 2 * t + 1, words: '' });
    this.#addReads(history);
    if (type.endsWith('-realtime') || type.endsWith('-process')) this.#addTime(type.endsWith('-realtime'));
  }

  find(): ChoiceView | null {
    if (this.#isOther) return null;
    const open = new Set(this.#pairs);
    for (let settling = true; settling; ) {
      settling = false;
      for (const pair of open) {
        const [first, second] = [this.#cycle(pair, pair.one), this.#cycle(pair, pair.other)];
        if (first !== undefined && second !== undefined)
          return this.#choice(this.#branch(pair, pair.one, first), this.#branch(pair, pair.other, second), [...first, ...second]);
        const refuted = first ?? second;
        if (refuted === undefined) continue;
        open.delete(pair);
        settling = true;
        this.#settle(pair, first === undefined ? pair.one : pair.other, refuted);
      }
    }
    return null;
  }

  #start(t: number): number {
    return this.#snapshot ? 2 * t : t;
  }

  #commit(t: number): number {
    return this.#snapshot ? 2 * t + 1 : t;
  }

  #name(t: number): string {
    return this.#all[t]!.name;
  }

  /** Reads whose writer is the only one that can be: others say nothing. */
  #addReads(history: History): void {
    const writers = writersOf(history);
    const keys = new Map<string, { readonly key: Value; readonly writers: Set<number>; readonly readers: Map<number, number[]> }>();
    const of = (key: Value) => {
      const name = canonicalJson(key);
      const known = keys.get(name) ?? { key, writers: new Set<number>(), readers: new Map<number, number[]>() };
      keys.set(name, known);
      return known;
    };
    this.#all.forEach(({ ops }, t) => {
      for (const op of ops) if (op.kind === 'write') of(op.key).writers.add(t);
    });
    this.#all.forEach((transaction, reader) => {
      for (const { key, value } of firstReads(transaction)) {
        const { readers } = of(key);
        const writer =
          value === null ? -1 : this.#all.findIndex(({ ops }) => same(ops.findLast((op) => op.kind === 'write' && same(op.key, key))?.value, value));
        const certain = (writers.get(canonicalJson([key, value])) ?? 0) === (value === null ? 0 : 1);
        if (!certain || (writer < 0 && value !== null) || writer === reader) continue;
        readers.set(writer, [...(readers.get(writer) ?? []), reader]);
        if (writer >= 0)
          this.#edges.push({
            from: this.#commit(writer),
            to: this.#start(reader),
            words: `${transaction.name} read ${readInWords(value)} in ${valueInWords(key)}, which ${this.#name(writer)} wrote`,
          });
      }
    });
    for (const { key, writers: all, readers } of keys.values()) this.#addPairs(valueInWords(key), [...all], readers);
  }

  #addPairs(key: string, writers: readonly number[], readers: ReadonlyMap<number, readonly number[]>): void {
    for (const reader of readers.get(-1) ?? []) {
      for (const writer of writers) {
        if (writer === reader) continue;
        const words = `${this.#name(reader)} read nil in ${key}, so before ${this.#name(writer)} wrote it`;
        this.#edges.push({ from: this.#start(reader), to: this.#commit(writer), words });
      }
    }
    writers.forEach((one, i) => {
      for (const other of writers.slice(i + 1)) this.#pairs.push({ key, one, other, readers });
    });
  }

  #addTime(real: boolean): void {
    this.#all.forEach(({ operation: one }, a) => {
      this.#all.forEach(({ operation: other }, b) => {
        if (a === b || one.outcome !== 'ok' || one.complete === null || one.complete >= other.index) return;
        if (!real && one.process !== other.process) return;
        const words = real
          ? `${this.#name(a)} was acknowledged before ${this.#name(b)} began`
          : `process ${one.process} did ${this.#name(a)} before ${this.#name(b)}`;
        this.#edges.push({ from: this.#commit(a), to: this.#start(b), words });
      });
    });
  }

  /** What follows if `first` wrote the key before the other of the pair. */
  #consequences({ key, one, other, readers }: Pair, first: number, settled?: number): Edge[] {
    const last = first === one ? other : one;
    const mark = settled === undefined ? {} : { settled };
    const order = `${this.#name(first)} wrote ${key} before ${this.#name(last)}`;
    return [
      { from: this.#commit(first), to: this.#start(last), words: order, ...mark },
      ...(readers.get(first) ?? [])
        .filter((reader) => reader !== last)
        .map((reader) => ({
          from: this.#start(reader),
          to: this.#commit(last),
          words: `${this.#name(reader)} read ${key} of ${this.#name(first)}, so before ${this.#name(last)} overwrote it`,
          ...mark,
        })),
    ];
  }

  /** The shortest cycle that the choice closes. */
  #cycle(pair: Pair, first: number): Edge[] | undefined {
    const added = this.#consequences(pair, first);
    const edges = [...this.#edges, ...added];
    const cycles = added.flatMap((edge) => {
      const back = shortestPath(edges, edge.to, edge.from);
      return back === undefined ? [] : [[edge, ...back]];
    });
    return cycles.sort((a, b) => a.length - b.length)[0];
  }

  #branch({ key, one, other }: Pair, first: number, cycle: readonly Edge[]): BranchView {
    return {
      assumption: `If ${this.#name(first)} wrote ${key} before ${this.#name(first === one ? other : one)}`,
      steps: cycle.map(({ words }) => words).filter((words) => words !== ''),
    };
  }

  #settle(pair: Pair, first: number, refuted: readonly Edge[]): void {
    const settled = this.#lemmas.length;
    this.#lemmas.push({ branch: this.#branch(pair, first === pair.one ? pair.other : pair.one, refuted), rests: restsOn(refuted) });
    this.#edges.push(...this.#consequences(pair, first, settled));
  }

  #choice(either: BranchView, or: BranchView, edges: readonly Edge[]): ChoiceView {
    const used = new Set(restsOn(edges));
    for (const lemma of used) for (const below of this.#lemmas[lemma]!.rests) used.add(below);
    return { settled: [...used].sort((a, b) => a - b).map((lemma) => this.#lemmas[lemma]!.branch), either, or };
  }
}

const restsOn = (edges: readonly Edge[]): number[] => edges.flatMap(({ settled }) => (settled === undefined ? [] : [settled]));

/** Breadth first; empty where both are one. */
function shortestPath(edges: readonly Edge[], from: number, to: number): Edge[] | undefined {
  const ways = new Map<number, readonly Edge[]>([[from, []]]);
  for (const [point, way] of ways) {
    if (point === to) return [...way];
    for (const edge of edges) if (edge.from === point && !ways.has(edge.to)) ways.set(edge.to, [...way, edge]);
  }
  return undefined;
}

/** What a transaction read of keys that it had not written before. */
function firstReads({ ops }: Transaction): { readonly key: Value; readonly value: Value }[] {
  return ops.flatMap(({ kind, key, value }, i) =>
    kind === 'read' && value !== undefined && !ops.slice(0, i).some((before) => same(before.key, key)) ? [{ key, value }] : [],
  );
}

/** How many transactions that did not fail wrote a value to a key. O(events). */
function writersOf(history: History): ReadonlyMap<string, number> {
  const writers = new Map<string, number>();
  const { columns } = history;
  for (let i = 0; i < history.length; i++) {
    if (!isClient(columns, i) || (eventType(columns, i) !== INVOKE && columns.pair[i]! >= 0)) continue;
    if (!Array.isArray(history.event(i).value)) continue;
    const { ops, operation } = transactionAt(history, i);
    if (operation.outcome === 'fail') continue;
    for (const name of new Set(ops.filter(({ kind }) => kind === 'write').map(({ key, value }) => canonicalJson([key, value ?? null])))) {
      writers.set(name, (writers.get(name) ?? 0) + 1);
    }
  }
  return writers;
}
