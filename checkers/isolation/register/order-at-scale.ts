/**
 * An order of many transactions over registers that explains what they read: versions are put into an order by guess, and where
 * that is cyclic, the transactions of the component are asked of a polygraph, and their versions reordered. What has no order by
 * itself has none in the whole. O(V + E) a round; few rounds where the order of time says most.
 */
import type { Budget, HistoryColumns } from '../../../harness/contracts/index.ts';
import { ask } from '../../verdict/exhausted.ts';
import { Components } from '../graph/components.ts';
import { type Graph, GraphBuilder, RW, VIA, WR, WW } from '../graph/dependency-graph.ts';
import { addProcessOrder, addRealtimeOrder } from '../graph/time-order.ts';
import type { GuessedVersions } from './guess.ts';
import { solvePolygraph } from './polygraph.ts';
import { type LevelsMaterial, registerProblem, type TimeOrder } from './problem.ts';
import { INITIAL } from './versions.ts';

/** Components of more transactions are not asked of a polygraph. */
const LARGEST_KNOT = 1000;
const MOST_ROUNDS = 12;
/** So many transactions more on either side, each round. */
const WIDER = 6;

type Shape = 'serial' | 'snapshot';

export type Ordered =
  /** Points in order: of transaction t, t; or 2t for its start and 2t + 1 for its commit. */
  | { readonly kind: 'order'; readonly points: readonly number[] }
  /** Transactions that have no order. */
  | { readonly kind: 'none'; readonly part: readonly number[] }
  /** Transactions whose versions could not be put into one. */
  | { readonly kind: 'open'; readonly size: number };

export class ScaleOrderer {
  readonly #material: LevelsMaterial;
  readonly #columns: HistoryColumns;
  readonly #budget: Budget;

  constructor(material: LevelsMaterial, columns: HistoryColumns, budget: Budget) {
    this.#material = material;
    this.#columns = columns;
    this.#budget = budget;
  }

  /** Throws BudgetExhausted. */
  order(time: TimeOrder, shape: Shape): Ordered {
    const guess = { ...this.#material.guess, writes: this.#material.guess.writes.slice() };
    for (let round = 0; ; round++) {
      const graph = this.#graph(guess, time, shape);
      ask(this.#budget, graph.edgeCount * 9);
      const components = new Components(graph);
      const knots = components.find(-1);
      if (knots.length === 0) return { kind: 'order', points: this.#inOrder(components.of, shape) };
      let changed = false;
      let largest = 0;
      for (const part of this.#parts(knots, shape, round * WIDER)) {
        largest = Math.max(largest, part.length);
        if (part.length > LARGEST_KNOT) continue;
        const { transactions, versions } = this.#material;
        const solution = solvePolygraph(registerProblem(transactions, versions, part, time), shape, this.#budget);
        if (solution === 'none') return { kind: 'none', part };
        if (solution === 'open') continue;
        changed = this.#reorder(guess, part, solution, shape) || changed;
      }
      // A wider part may say more than the one that changed nothing.
      if ((!changed && round > 2) || round === MOST_ROUNDS) return { kind: 'open', size: largest };
    }
  }

  #graph(guess: GuessedVersions, time: TimeOrder, shape: Shape): Graph {
    const { transactions, versions } = this.#material;
    const { count, opCount } = transactions;
    const isSerial = shape === 'serial';
    const start = (t: number): number => (isSerial ? t : 2 * t);
    const commit = (t: number): number => (isSerial ? t : 2 * t + 1);
    const builder = new GraphBuilder(isSerial ? count : 2 * count, opCount * 2 + count * 4);
    const first = isSerial ? undefined : Int32Array.from({ length: count + 1 }, (_, t) => 2 * t);
    if (!isSerial) for (let t = 0; t < count; t++) builder.edge(2 * t, 2 * t + 1, VIA);
    if (time === 'realtime') addRealtimeOrder(builder, transactions, versions.committed, this.#columns, first);
    if (time === 'process') {
      if (isSerial) addProcessOrder(builder, transactions, versions.committed);
      else addProcessOrder({ edge: (a, b, kind) => builder.edge(commit(a), start(b), kind) }, transactions, versions.committed);
    }
    this.#addVersions(builder, guess, isSerial);
    return builder.build();
  }

  /** Each version before the next one, after what it is read from, before what overwrites it. */
  #addVersions(builder: GraphBuilder, { start, writes, readStart, readers }: GuessedVersions, isSerial: boolean): void {
    const { owner, keyCount } = this.#material.transactions;
    const { first, of, writer } = this.#material.versions;
    const scale = isSerial ? 1 : 2;
    const commit = isSerial ? 0 : 1;
    for (let k = 0; k < keyCount; k++) {
      const [from, to] = [start[k]!, start[k + 1]!];
      if (from === to) continue;
      const initial = owner[writes[from]!]!;
      const nil = first[k]!;
      const nilEnd = writer[nil] === INITIAL ? readStart[nil + 1]! : 0;
      for (let i = readStart[nil]!; i < nilEnd; i++) if (readers[i] !== initial) builder.edge(scale * readers[i]!, scale * initial + commit, RW);
      for (let at = from; at < to; at++) {
        const op = writes[at]!;
        const t = owner[op]!;
        const next = at + 1 < to ? owner[writes[at + 1]!]! : -1;
        if (next >= 0) builder.edge(scale * t + commit, scale * next, WW);
        const version = of[op]!;
        if (writer[version] !== op) continue;
        for (let i = readStart[version]!; i < readStart[version + 1]!; i++) {
          const reader = readers[i]!;
          if (reader === t) continue;
          builder.edge(scale * t + commit, scale * reader, WR);
          if (next >= 0 && next !== reader) builder.edge(scale * reader, scale * next + commit, RW);
        }
      }
    }
  }

  /** Components are numbered against the direction of edges, each vertex by itself. */
  #inOrder(of: Int32Array, shape: Shape): number[] {
    const { count } = this.#material.transactions;
    const { committed } = this.#material.versions;
    const points = shape === 'serial' ? count : 2 * count;
    const byNumber = new Int32Array(of.length).fill(-1);
    for (let v = 0; v < points; v++) byNumber[of.length - 1 - of[v]!] = v;
    const order: number[] = [];
    for (const v of byNumber) if (v >= 0 && committed[shape === 'serial' ? v : v >> 1] === 1) order.push(v);
    return order;
  }

  #transactionsOf(knot: Int32Array, shape: Shape): number[] {
    const { count } = this.#material.transactions;
    const found = new Set<number>();
    for (const v of knot) {
      const t = shape === 'serial' ? v : v >> 1;
      if (t < count) found.add(t);
    }
    return [...found].sort((a, b) => a - b);
  }

  /** What to ask a polygraph: knots, and with each round more of what happened beside them. What overlaps is one. */
  #parts(knots: readonly Int32Array[], shape: Shape, wider: number): number[][] {
    const { committed } = this.#material.versions;
    const spans = knots.map((knot) => {
      const part = this.#transactionsOf(knot, shape);
      return { part, from: part[0]! - wider, to: part.at(-1)! + wider };
    });
    const merged: (typeof spans)[number][] = [];
    for (const span of spans.sort((a, b) => a.from - b.from)) {
      const last = merged.at(-1);
      const to = Math.max(last?.to ?? 0, span.to);
      if (last === undefined || span.from > last.to || to - last.from > LARGEST_KNOT) merged.push(span);
      else merged[merged.length - 1] = { part: [...last.part, ...span.part].sort((a, b) => a - b), from: last.from, to };
    }
    return merged.map(({ part, from, to }) => {
      if (wider === 0 || to - from > LARGEST_KNOT) return this.#withWriters(part);
      const all = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((t) => committed[t] === 1);
      return this.#withWriters(all);
    });
  }

  /** With those from which they read: who overwrites these comes behind the readers. */
  #withWriters(part: readonly number[]): number[] {
    const { transactions, versions } = this.#material;
    const all = new Set(part);
    for (const t of part) {
      for (let op = transactions.firstOp[t]!; op < transactions.firstOp[t + 1]!; op++) {
        const writer = versions.of[op]! < 0 ? -1 : versions.writer[versions.of[op]!]!;
        if (writer >= 0 && versions.committed[transactions.owner[writer]!] === 1) all.add(transactions.owner[writer]!);
      }
    }
    return [...all].sort((a, b) => a - b);
  }

  #keysOf(part: readonly number[]): ReadonlySet<number> {
    const { firstOp, key } = this.#material.transactions;
    const keys = new Set<number>();
    for (const t of part) for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) keys.add(key[op]!);
    return keys;
  }

  /** Puts the writers of a part into the order of a solution, within the places that they have. Whether that changed anything. */
  #reorder({ start, writes }: GuessedVersions, part: readonly number[], solution: readonly number[], shape: Shape): boolean {
    const { owner } = this.#material.transactions;
    const commits = shape === 'serial' ? solution : solution.filter((point) => (point & 1) === 1).map((point) => point >> 1);
    const place = new Map(commits.map((i, at) => [part[i]!, at]));
    let changed = false;
    for (const k of this.#keysOf(part)) {
      const slots: number[] = [];
      for (let at = start[k]!; at < start[k + 1]!; at++) if (place.has(owner[writes[at]!]!)) slots.push(at);
      const inOrder = slots.map((at) => writes[at]!).sort((a, b) => place.get(owner[a]!)! - place.get(owner[b]!)!);
      for (const [i, slot] of slots.entries()) {
        if (writes[slot] === inOrder[i]) continue;
        writes[slot] = inOrder[i]!;
        changed = true;
      }
    }
    return changed;
  }
}
