/**
 * Monotonic view and monotonic snapshot reads over lists (Adya 1999, PL-2L and PL-MSR): what each read of a transaction sees, one
 * after the other. A transaction is a row of points, one for each operation, and its commit behind them.
 *
 * - G-monotonic: a read misses a write of one on which something depends that the transaction has met no later (exactly one
 *   anti-dependency).
 * - G-MSR: reads have no moments, each no earlier than the one before and none behind the commit, at which what was committed is
 *   what they show.
 *
 * O(V + E) of the components of the graph of transactions, but for the search of one way back for each anti-dependency.
 */
import type { Anomaly, Budget, Value } from '../../../harness/contracts/index.ts';
import { OK } from '../../../harness/history/columns.ts';
import { Components } from '../graph/components.ts';
import { type Graph, GraphBuilder, RW, VIA, WR, WW } from '../graph/dependency-graph.ts';
import { fan } from '../graph/fan.ts';
import { PathSearch } from '../graph/path-search.ts';
import { committedWriter } from '../list-append/dependencies.ts';
import type { Material } from '../list-append/reads-of-keys.ts';
import { ELSEWHERE, UNOBSERVED } from '../list-append/version-orders.ts';
import { APPEND, READ } from '../transactions/columns.ts';

export const POINT_CYCLE = 'isolation/point-cycle';

/** From a commit to an append of another one, for monotonic view: from there on the transaction has met it. */
const MEETS = 64;
const DEPENDENCIES = WW | WR | RW;

interface PointStep {
  readonly from: number;
  readonly to: number;
  readonly kind: number;
  /** The operation of the first that misses, and of the second that meets; -1: its commit. */
  readonly fromOp: number;
  readonly toOp: number;
}

export interface PointCycles {
  readonly anomalies: readonly Anomaly[];
  /** Transactions of one component, of which a G-monotonic cycle might depend on an order of writes that is not known. */
  readonly components: readonly Int32Array[];
}

/** One of each type at most. `graph`: that of the transactions. Throws BudgetExhausted. */
export function findPointCycles(graph: Graph, material: Material, budget: Budget): PointCycles {
  const components = new Components(graph).find(DEPENDENCIES);
  if (components.length === 0) return { anomalies: [], components };
  const points = new Points(material, components, graph.transactionCount);
  const steps = { 'G-monotonic': points.monotonic(budget), 'G-MSR': points.snapshots(budget) };
  const anomalies = Object.entries(steps).flatMap(([type, found]) => (found === undefined ? [] : [describe(type, found, material)]));
  return { anomalies, components };
}

class Points {
  readonly #material: Material;
  /** Vertex of a transaction's commit, +1. */
  readonly #place = new Map<number, number>();
  readonly #txns: number[] = [];
  /** Operations by vertex, behind the commits. */
  readonly #ops: number[] = [];
  readonly #graph: Graph;

  constructor(material: Material, components: readonly Int32Array[], count: number) {
    this.#material = material;
    for (const vertices of components) {
      for (const t of vertices) {
        if (t >= count) continue;
        this.#place.set(t, this.#txns.length);
        this.#txns.push(t);
      }
    }
    this.#graph = this.#build();
  }

  #build(): Graph {
    const { firstOp, kind, outcome } = this.#material.transactions;
    const pointOf = new Map<number, number>();
    for (const t of this.#txns) {
      for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) {
        pointOf.set(op, this.#txns.length + this.#ops.length);
        this.#ops.push(op);
      }
    }
    const builder = new GraphBuilder(this.#txns.length + this.#ops.length, this.#ops.length * 5);
    const readsOfLast = new Map<number, number[]>();
    for (const [commit, t] of this.#txns.entries()) {
      for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) {
        const point = pointOf.get(op)!;
        builder.edge(point, op + 1 < firstOp[t + 1]! ? point + 1 : commit, VIA);
        if (kind[op] === APPEND) this.#append(builder, t, op, commit, point);
        else if (kind[op] === READ && outcome[t] === OK) this.#read(builder, t, op, point, readsOfLast);
      }
    }
    for (const [k, sources] of readsOfLast) fan(builder, sources, this.#unobserved(k), RW);
    return builder.build();
  }

  #append(builder: GraphBuilder, t: number, op: number, commit: number, point: number): void {
    const { transactions, orders } = this.#material;
    const first = orders.first[transactions.key[op]!]!;
    const position = orders.position[op]!;
    const from = position === UNOBSERVED ? orders.first[transactions.key[op]! + 1]! - 1 : first + position - 1;
    for (let at = from; at >= first; at--) {
      const writer = committedWriter(transactions, orders, at);
      if (writer < 0 || writer === t) continue;
      const before = this.#place.get(writer);
      if (before !== undefined) {
        builder.edge(before, commit, WW);
        builder.edge(before, point, MEETS);
      }
      return;
    }
  }

  #read(builder: GraphBuilder, t: number, op: number, point: number, readsOfLast: Map<number, number[]>): void {
    const { transactions, orders } = this.#material;
    const k = transactions.key[op]!;
    const position = orders.position[op]!;
    if (position === ELSEWHERE) return;
    for (let at = orders.first[k]! + position; at >= orders.first[k]!; at--) {
      const writer = committedWriter(transactions, orders, at);
      if (writer < 0 || writer === t) continue;
      const seen = this.#place.get(writer);
      if (seen !== undefined) builder.edge(seen, point, WR);
      break;
    }
    for (let at = orders.first[k]! + position + 1; at < orders.first[k + 1]!; at++) {
      const writer = committedWriter(transactions, orders, at);
      if (writer < 0 || writer === t) continue;
      const missed = this.#place.get(writer);
      if (missed !== undefined) builder.edge(point, missed, RW);
      return;
    }
    readsOfLast.set(k, [...(readsOfLast.get(k) ?? []), point]);
  }

  #unobserved(k: number): number[] {
    const { transactions, byKey, orders } = this.#material;
    const found: number[] = [];
    for (let i = byKey.writeStart[k]!; i < byKey.writeStart[k + 1]!; i++) {
      const op = byKey.writes[i]!;
      const place = this.#place.get(transactions.owner[op]!);
      if (place !== undefined && orders.position[op] === UNOBSERVED && orders.committed[transactions.owner[op]!] === 1) found.push(place);
    }
    return found;
  }

  /** One anti-dependency, and a way back to the read that misses. */
  monotonic(budget: Budget): PointStep[] | undefined {
    return this.#cycle(DEPENDENCIES | MEETS, WW | WR | MEETS, RW, budget);
  }

  snapshots(budget: Budget): PointStep[] | undefined {
    return this.#cycle(DEPENDENCIES, DEPENDENCIES, DEPENDENCIES, budget);
  }

  /** An edge of one of the kinds `first`, closed over edges of the kinds `back`. */
  #cycle(all: number, back: number, first: number, budget: Budget): PointStep[] | undefined {
    const { vertexCount, start, kind, target } = this.#graph;
    const scope = new Int32Array(vertexCount);
    const components = new Components(this.#graph).find(all);
    for (const [i, vertices] of components.entries()) for (const v of vertices) scope[v] = i + 1;
    const paths = new PathSearch(this.#graph, budget);
    for (const [i, vertices] of components.entries()) {
      for (const v of vertices) {
        for (let e = start[v]!; e < start[v + 1]!; e++) {
          if ((kind[e]! & first) === 0 || scope[target[e]!] !== i + 1) continue;
          const way = paths.shortest(target[e]!, v, { mask: back, scope, id: i + 1 }, Number.POSITIVE_INFINITY);
          if (way !== undefined) return this.#steps(v, [e, ...way]);
        }
      }
    }
    return undefined;
  }

  #steps(from: number, edges: readonly number[]): PointStep[] {
    const { kind, target } = this.#graph;
    const steps: PointStep[] = [];
    let source = from;
    let at = from;
    let over = 0;
    for (const e of edges) {
      if (kind[e] !== VIA) {
        source = at;
        over = kind[e]!;
      }
      at = target[e]!;
      if (over === 0 || at >= this.#txns.length + this.#ops.length) continue;
      steps.push({ ...this.#end('from', source), ...this.#end('to', at), kind: over === MEETS ? WW : over });
      over = 0;
    }
    return steps;
  }

  #end<End extends 'from' | 'to'>(end: End, vertex: number): { [name in End | `${End}Op`]: number } {
    const op = vertex < this.#txns.length ? -1 : this.#ops[vertex - this.#txns.length]!;
    const t = op < 0 ? this.#txns[vertex]! : this.#material.transactions.owner[op]!;
    return { [end]: t, [`${end}Op`]: op } as { [name in End | `${End}Op`]: number };
  }
}

function describe(type: string, steps: readonly PointStep[], material: Material): Anomaly {
  const { transactions, names } = material;
  const told = steps.map((step) => tell(step, material));
  const clauses = told.map(({ clause }) => clause);
  const what = type === 'G-monotonic' ? 'view that goes back' : 'reads without moments in their order';
  const place = (op: number): number => op - transactions.firstOp[transactions.owner[op]!]!;
  return {
    type,
    ops: [...new Set(steps.map(({ from }) => names.event(from)))],
    sentence: `${what}: ${clauses.slice(0, -1).join('; ')}; and ${clauses.at(-1)!}`,
    certificate: {
      kind: POINT_CYCLE,
      data: {
        type,
        steps: steps.map(({ from, to, fromOp, toOp }, i) => ({
          from: names.event(from),
          to: names.event(to),
          ...(fromOp >= 0 && { fromOp: place(fromOp) }),
          ...(toOp >= 0 && { toOp: place(toOp) }),
          ...told[i]!.data,
        })),
      },
    },
  };
}

interface Told {
  readonly data: { readonly [name: string]: Value };
  readonly clause: string;
}

function tell({ from, to, kind, fromOp, toOp }: PointStep, { transactions, orders, names }: Material): Told {
  const { key, element, keyValue, elementValue } = transactions;
  const [a, b] = [names.transaction(from), names.transaction(to)];
  if (kind === WW) {
    const [one, other] = appendsInOrder(from, to, toOp, transactions, orders);
    const read = names.event(transactions.owner[orders.longest[key[one]!]!]!);
    const data = { kind: 'ww', key: keyValue(key[one]!), before: elementValue(element[one]!), after: elementValue(element[other]!), read };
    return { data, clause: `${a} appended ${names.element(element[one]!)} to ${names.key(key[one]!)} before ${b} appended ${names.element(element[other]!)}` };
  }
  const read = kind === WR ? toOp : fromOp;
  const append = appendOf(kind === WR ? from : to, read, kind === WR, transactions, orders);
  const data = { kind: kind === WR ? 'wr' : 'rw', key: keyValue(key[read]!), element: elementValue(element[append]!) };
  const where = `${names.list(read)} in ${names.key(key[read]!)}`;
  const clause =
    kind === WR
      ? `${b} read ${where}, with ${names.element(element[append]!)} of ${a}`
      : `${a} read ${where}, without ${names.element(element[append]!)} of ${b}`;
  return { data, clause };
}

type Txns = Material['transactions'];
type Orders = Material['orders'];

/** The append of `t` that the read shows, or lacks. */
function appendOf(t: number, read: number, shown: boolean, { firstOp, kind, key }: Txns, { position }: Orders): number {
  for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) {
    if (kind[op] !== APPEND || key[op] !== key[read]) continue;
    if (shown === (position[op]! !== UNOBSERVED && position[op]! <= position[read]!)) return op;
  }
  throw new Error(`no append of transaction ${t} supports the edge of operation ${read}`);
}

function appendsInOrder(from: number, to: number, toOp: number, { firstOp, kind, key }: Txns, { position }: Orders): readonly [number, number] {
  const place = (op: number): number => (position[op] === UNOBSERVED ? Number.POSITIVE_INFINITY : position[op]!);
  for (let one = firstOp[from]!; one < firstOp[from + 1]!; one++) {
    for (let other = firstOp[to]!; other < firstOp[to + 1]!; other++) {
      if (kind[one] !== APPEND || kind[other] !== APPEND || key[one] !== key[other] || (toOp >= 0 && other !== toOp)) continue;
      if (position[one] !== UNOBSERVED && place(one) < place(other)) return [one, other];
    }
  }
  throw new Error(`nothing orders the writes of transactions ${from} and ${to}`);
}
