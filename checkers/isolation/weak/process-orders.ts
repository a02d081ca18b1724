/**
 * PRAM and causal memory over lists, operation by operation (Lipton and Sandberg 1988; Ahamad et al. 1995): for each process some
 * order of all appends and its own reads explains these reads and keeps every process's order; for causal memory also who read
 * what before. Lists show the order of what they hold, and what they lack comes later, so that there is such an order if and only
 * if these are not cyclic for any process. All of them together are the graph of all operations, of which only the components
 * matter: O(V + E), and O(processes × edges) of the components.
 */
import type { Anomaly, Budget } from '../../../harness/contracts/index.ts';
import { ask } from '../../verdict/exhausted.ts';
import { Components } from '../graph/components.ts';
import { type Graph, GraphBuilder, PROCESS, RW, VIA, WR, WW } from '../graph/dependency-graph.ts';
import { PathSearch, type Step, stepsOf } from '../graph/path-search.ts';
import { addProcessOrder } from '../graph/time-order.ts';
import type { Material } from '../list-append/reads-of-keys.ts';
import { CONTRADICTED } from '../list-append/version-orders.ts';
import { APPEND, READ } from '../transactions/columns.ts';
import { addOrderWithin, asTransactions, describeOperations } from './operation-order.ts';
import { addVisibility } from './visibility-graph.ts';

/** Edges looked at for all processes together; beyond it the questions stay open. */
const MOST_EDGES = 100_000_000;
const ALL = WW | WR | RW | PROCESS;

export interface ProcessOrders {
  /** What refutes PRAM, else what refutes causal memory. */
  readonly anomalies: readonly Anomaly[];
  readonly isOpen: boolean;
}

/** At most one anomaly. Throws BudgetExhausted. */
export function findProcessCycles(material: Material, budget: Budget): ProcessOrders {
  const lists = new ShownOrders(material);
  const graph = lists.graph();
  const vertices = Int32Array.from(new Components(graph).find(ALL).flatMap((component) => [...component])).sort();
  const readers = lists.readers(vertices);
  let edges = 0;
  for (const v of vertices) edges += graph.start[v + 1]! - graph.start[v]!;
  if (edges * readers.size > MOST_EDGES) return { anomalies: [], isOpen: true };
  for (const type of ['pram-cycle', 'causal-cycle'] as const) {
    for (const [process, reads] of readers) {
      ask(budget, graph.edgeCount * 5);
      const steps = cycleOf(lists.of(process, reads, graph, vertices, type), vertices, budget);
      if (steps === undefined) continue;
      const read = (step: Step): number => lists.shownBy(step, reads);
      return { anomalies: [describeOperations(type, steps, material, { process, read })], isOpen: false };
    }
  }
  return { anomalies: [], isOpen: false };
}

function cycleOf(graph: Graph, vertices: Int32Array, budget: Budget): Step[] | undefined {
  const [component] = new Components(graph).find(ALL);
  if (component === undefined) return undefined;
  const scope = new Int32Array(graph.vertexCount);
  for (const v of component) scope[v] = 1;
  const paths = new PathSearch(graph, budget);
  let best: Step[] | undefined;
  for (const v of component.slice(0, 64)) {
    if (v >= graph.transactionCount) continue;
    for (let e = graph.start[v]!; e < graph.start[v + 1]!; e++) {
      if ((graph.kind[e]! & ALL) === 0 || scope[graph.target[e]!] !== 1) continue;
      const most = best === undefined ? Number.POSITIVE_INFINITY : best.length - 2;
      const back = most < 1 ? undefined : paths.shortest(graph.target[e]!, v, { mask: ALL, scope, id: 1 }, most);
      if (back !== undefined) best = stepsOf(graph, v, [e, ...back]);
    }
  }
  return best?.map(({ from, to, kind }) => ({ from: vertices[from]!, to: vertices[to]!, kind }));
}

class ShownOrders {
  readonly #material: Material;

  constructor(material: Material) {
    this.#material = material;
  }

  /** All operations, with what anybody's reads say. */
  graph(): Graph {
    const { transactions, byKey, orders } = this.#material;
    const operations = asTransactions(transactions);
    const committed = Uint8Array.from(transactions.owner, (t) => orders.committed[t]!);
    const builder = new GraphBuilder(operations.count, operations.count * 5);
    addVisibility(builder, operations, byKey, { ...orders, committed });
    addProcessOrder(builder, operations, committed);
    addOrderWithin(builder, transactions, orders.committed);
    for (let k = 0; k < transactions.keyCount; k++) {
      let last = -1;
      for (let at = orders.first[k]!; at < orders.first[k + 1]!; at++) {
        const writer = orders.writers[at]!;
        if (writer < 0 || committed[writer] === 0) continue;
        if (last >= 0) builder.edge(last, writer, WW);
        last = writer;
      }
      if (this.#isContradicted(k)) this.#add(builder, this.#reads(k), (op) => op);
    }
    return builder.build();
  }

  /** Acknowledged reads by process, of the lists to which some of these operations append. */
  readers(vertices: Int32Array): ReadonlyMap<number, readonly number[]> {
    const { opCount, kind, owner, key, process } = this.#material.transactions;
    const keys = new Set(Array.from(vertices).flatMap((op) => (op < opCount && kind[op] === APPEND ? [key[op]!] : [])));
    return Map.groupBy(
      [...keys].flatMap((k) => this.#reads(k)),
      (op) => process[owner[op]!]!,
    );
  }

  /** The part of the graph that counts for a process with these reads. Vertices are places in `vertices`. */
  of(process: number, reads: readonly number[], all: Graph, vertices: Int32Array, type: 'pram-cycle' | 'causal-cycle'): Graph {
    const { owner, kind, key, process: processOf } = this.#material.transactions;
    const { position } = this.#material.orders;
    const place = new Map(Array.from(vertices, (v, i) => [v, i]));
    // Operations first: way-points are behind them, as they are in the whole graph.
    const operations = vertices.filter((v) => v < all.transactionCount).length;
    const builder = new GraphBuilder(operations, vertices.length * 5);
    for (let i = operations; i < vertices.length; i++) builder.wayPoint();
    const longest = new Map<number, number>();
    for (const read of reads) longest.set(key[read]!, Math.max(longest.get(key[read]!) ?? -1, position[read]!));
    const isOp = (v: number): boolean => v < all.transactionCount;
    const isForeign = (v: number): boolean => isOp(v) && kind[v] === READ && processOf[owner[v]!] !== process;
    for (const [i, v] of vertices.entries()) {
      for (let e = all.start[v]!; e < all.start[v + 1]!; e++) {
        const w = all.target[e]!;
        const to = place.get(w);
        const edge = all.kind[e]!;
        if (to === undefined || (edge === RW && isForeign(v))) continue;
        if (type === 'pram-cycle' && (edge === WR || edge === VIA) && isForeign(w)) continue;
        if (edge === WW && (this.#isContradicted(key[v]!) || position[w]! > (longest.get(key[w]!) ?? -1))) continue;
        builder.edge(i, to, edge);
      }
    }
    this.#add(
      builder,
      reads.filter((read) => this.#isContradicted(key[read]!)),
      (op) => place.get(op),
    );
    return builder.build();
  }

  /** A read of the process that shows the first of two appends, and the second behind it if at all. */
  shownBy({ from, to }: Step, reads: readonly number[]): number {
    const { key } = this.#material.transactions;
    const found = reads.find((read) => {
      if (key[read] !== key[to]) return false;
      const shown = this.#shown(read);
      return shown.includes(from) && shown.includes(to) && shown.indexOf(from) < shown.indexOf(to);
    });
    if (found === undefined) throw new Error(`no read shows append ${from} before append ${to}`);
    return found;
  }

  #isContradicted(k: number): boolean {
    return (this.#material.orders.flaws[k]! & CONTRADICTED) !== 0;
  }

  #reads(k: number): number[] {
    const { readStart, reads } = this.#material.byKey;
    return [...reads.subarray(readStart[k], readStart[k + 1])];
  }

  /** What reads of contradicted lists say, spelled out: the order of what they show, and that what they lack comes later. */
  #add(builder: GraphBuilder, reads: readonly number[], place: (op: number) => number | undefined): void {
    const { transactions, byKey, orders } = this.#material;
    for (const read of reads) {
      const k = transactions.key[read]!;
      const shown = this.#shown(read);
      const edge = (from: number, to: number, kind: number): void => {
        const [a, b] = [place(from), place(to)];
        if (a !== undefined && b !== undefined) builder.edge(a, b, kind);
      };
      for (const [i, append] of shown.entries()) {
        if (i > 0) edge(shown[i - 1]!, append, WW);
        edge(append, read, WR);
      }
      for (const append of byKey.writes.subarray(byKey.writeStart[k], byKey.writeStart[k + 1])) {
        if (orders.committed[transactions.owner[append]!] === 1 && !shown.includes(append)) edge(read, append, RW);
      }
    }
  }

  /** The appends whose elements a read shows, in its order: of transactions that took effect, and of which there is one writer. */
  #shown(read: number): number[] {
    const { transactions, byKey, orders } = this.#material;
    const k = transactions.key[read]!;
    const writers = new Map<number, number>();
    for (const append of byKey.writes.subarray(byKey.writeStart[k], byKey.writeStart[k + 1])) {
      if (transactions.kind[append] === APPEND && orders.committed[transactions.owner[append]!] === 1) writers.set(transactions.element[append]!, append);
    }
    return [...new Set(transactions.elements.of(read, transactions.length[read]!))].flatMap((element) => writers.get(element) ?? []);
  }
}
