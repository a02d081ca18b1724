/**
 * Transactions that miss what they must see, over lists: some effects of a transaction of which they see others (fractured
 * reads: read atomic, monotonic atomic view), and effects of what happened before (causal consistency; Cerone et al. 2015). Each
 * is a cycle of one miss and of sights, so that only components of the graph of sights, misses and sessions are looked into.
 */
import type { Budget } from '../../../harness/contracts/index.ts';
import { Components } from '../graph/components.ts';
import { type Graph, GraphBuilder, PROCESS, RW, WR } from '../graph/dependency-graph.ts';
import { PathSearch, type Step, stepsOf } from '../graph/path-search.ts';
import { addProcessOrder } from '../graph/time-order.ts';
import { committedWriter } from '../list-append/dependencies.ts';
import { ELSEWHERE, UNOBSERVED, type VersionOrders } from '../list-append/version-orders.ts';
import type { ByKey } from '../transactions/by-key.ts';
import { APPEND, READ, type Transactions } from '../transactions/columns.ts';
import { addVisibility } from './visibility-graph.ts';

export interface MissedEffects {
  readonly type: 'fractured-read' | 'fractured-view' | 'causal-miss';
  readonly steps: readonly Step[];
}

/** One of each type. Throws BudgetExhausted. */
export function findMissedEffects(transactions: Transactions, byKey: ByKey, orders: VersionOrders, budget: Budget): MissedEffects[] {
  const builder = new GraphBuilder(transactions.count, transactions.opCount * 4 + transactions.count);
  addVisibility(builder, transactions, byKey, orders);
  addProcessOrder(builder, transactions, orders.committed);
  const graph = builder.build();
  // Who reads a list and appends to it then misses its own append: over way-points a cycle, but of one transaction.
  const components = new Components(graph).find(WR | RW | PROCESS).filter((vertices) => hasSeveral(vertices, graph.transactionCount));
  return [...fractured(components, graph.transactionCount, transactions, orders), ...missedCauses(graph, components, budget)];
}

function hasSeveral(vertices: Int32Array, transactions: number): boolean {
  let found = 0;
  for (const v of vertices) if (v < transactions && ++found > 1) return true;
  return false;
}

function missedCauses(graph: Graph, components: readonly Int32Array[], budget: Budget): MissedEffects[] {
  const scope = new Int32Array(graph.vertexCount);
  for (const [i, vertices] of components.entries()) for (const v of vertices) scope[v] = i + 1;
  const paths = new PathSearch(graph, budget);
  for (const [i, vertices] of components.entries()) {
    for (const v of vertices) {
      for (let e = graph.start[v]!; e < graph.start[v + 1]!; e++) {
        if (graph.kind[e] !== RW || scope[graph.target[e]!] !== i + 1) continue;
        const back = paths.shortest(graph.target[e]!, v, { mask: WR | PROCESS, scope, id: i + 1 }, Number.POSITIVE_INFINITY);
        if (back !== undefined) return [{ type: 'causal-miss', steps: stepsOf(graph, v, [e, ...back]) }];
      }
    }
  }
  return [];
}

/** The first reader that sees an append of a transaction and misses another one; and the first that misses it only later. */
function fractured(components: readonly Int32Array[], count: number, transactions: Transactions, orders: VersionOrders): MissedEffects[] {
  const found = new Map<MissedEffects['type'], readonly Step[]>();
  for (const vertices of components) {
    for (const reader of vertices) {
      if (reader >= count) continue;
      for (const [writer, seenAt] of seenWriters(reader, transactions, orders)) {
        const missedAt = lastMiss(reader, writer, transactions, orders);
        if (missedAt < 0) continue;
        const steps = [
          { from: reader, to: writer, kind: RW },
          { from: writer, to: reader, kind: WR },
        ];
        if (!found.has('fractured-read')) found.set('fractured-read', steps);
        if (seenAt < missedAt && !found.has('fractured-view')) found.set('fractured-view', steps);
        if (found.size === 2) break;
      }
    }
  }
  return [...found].map(([type, steps]) => ({ type, steps }));
}

/** Other transactions of which a transaction's reads show appends, each with the first such read. */
function seenWriters(reader: number, transactions: Transactions, orders: VersionOrders): ReadonlyMap<number, number> {
  const seen = new Map<number, number>();
  for (let read = transactions.firstOp[reader]!; read < transactions.firstOp[reader + 1]!; read++) {
    if (transactions.kind[read] !== READ) continue;
    const first = orders.first[transactions.key[read]!]!;
    for (let at = first; at <= first + orders.position[read]!; at++) {
      const writer = committedWriter(transactions, orders, at);
      if (writer >= 0 && writer !== reader && !seen.has(writer)) seen.set(writer, read);
    }
  }
  return seen;
}

/** The last read that lacks an append of the writer to its key, -1 if there is none. */
export function lastMiss(reader: number, writer: number, { firstOp, kind, key }: Transactions, { position }: VersionOrders): number {
  for (let read = firstOp[reader + 1]! - 1; read >= firstOp[reader]!; read--) {
    if (kind[read] !== READ || position[read] === ELSEWHERE) continue;
    for (let op = firstOp[writer]!; op < firstOp[writer + 1]!; op++) {
      if (kind[op] === APPEND && key[op] === key[read] && (position[op] === UNOBSERVED || position[op]! > position[read]!)) return read;
    }
  }
  return -1;
}
