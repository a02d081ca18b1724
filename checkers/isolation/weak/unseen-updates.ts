/**
 * Update atomicity over lists (Cerone et al. 2015: read atomic, and of two transactions that append to one list one sees the
 * other). Who misses an append of the other comes first, so it is violated if and only if these orders, and what everybody sees
 * and follows, are cyclic. O(pairs of transactions of a component that append to one list × micro-operations).
 */
import type { Budget } from '../../../harness/contracts/index.ts';
import { OK } from '../../../harness/history/columns.ts';
import { ask } from '../../verdict/exhausted.ts';
import { Components } from '../graph/components.ts';
import { type Graph, GraphBuilder, RW, WR, WW } from '../graph/dependency-graph.ts';
import { PathSearch, type Step, stepsOf } from '../graph/path-search.ts';
import type { Material } from '../list-append/reads-of-keys.ts';
import { APPEND } from '../transactions/columns.ts';
import { lastMiss } from './missed-effects.ts';

/** More pairs are not compared; beyond it the question stays open. */
const MOST_PAIRS = 5_000_000;

export interface UnseenUpdates {
  readonly steps: readonly Step[] | undefined;
  readonly isOpen: boolean;
}

/** A cycle, if there is one. Throws BudgetExhausted. */
export function findUnseenUpdates(graph: Graph, material: Material, budget: Budget): UnseenUpdates {
  let isOpen = false;
  for (const vertices of new Components(graph).find(WW | WR | RW)) {
    const some = vertices.filter((v) => v < graph.transactionCount);
    const pairs = conflicting(some, material, budget);
    isOpen ||= pairs === undefined;
    const steps = pairs === undefined ? undefined : cycleOf(graph, some, pairs, budget);
    if (steps !== undefined) return { steps, isOpen: false };
  }
  return { steps: undefined, isOpen };
}

/** Pairs of which the first misses an append of the second, and both append to some list. Undefined: too many to compare. */
function conflicting(some: Int32Array, { transactions, orders }: Material, budget: Budget): (readonly [number, number])[] | undefined {
  const { firstOp, kind, key } = transactions;
  const appenders = new Map<number, Set<number>>();
  for (const t of some) {
    for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) {
      if (kind[op] === APPEND) appenders.set(key[op]!, (appenders.get(key[op]!) ?? new Set()).add(t));
    }
  }
  let compared = 0;
  for (const { size } of appenders.values()) compared += size * size;
  if (compared > MOST_PAIRS) return undefined;
  const pairs: (readonly [number, number])[] = [];
  for (const group of appenders.values()) {
    for (const t of group) {
      ask(budget, pairs.length * 16);
      if (transactions.outcome[t] !== OK) continue;
      for (const other of group) if (t !== other && lastMiss(t, other, transactions, orders) >= 0) pairs.push([t, other]);
    }
  }
  return pairs;
}

function cycleOf(graph: Graph, some: Int32Array, pairs: readonly (readonly [number, number])[], budget: Budget): Step[] | undefined {
  const place = new Map(Array.from(some, (t, i) => [t, i]));
  const builder = new GraphBuilder(some.length, pairs.length + some.length * 4);
  for (const [i, t] of some.entries()) {
    for (let e = graph.start[t]!; e < graph.start[t + 1]!; e++) {
      const to = place.get(graph.target[e]!);
      if (to !== undefined && (graph.kind[e]! & (WW | WR)) !== 0) builder.edge(i, to, graph.kind[e]!);
    }
  }
  for (const [a, b] of pairs) builder.edge(place.get(a)!, place.get(b)!, RW);
  const orders = builder.build();
  const scope = new Int32Array(orders.vertexCount);
  const paths = new PathSearch(orders, budget);
  for (const [i, component] of new Components(orders).find(WW | WR | RW).entries()) {
    for (const v of component) scope[v] = i + 1;
    for (const v of component) {
      for (let e = orders.start[v]!; e < orders.start[v + 1]!; e++) {
        if (orders.kind[e] !== RW || scope[orders.target[e]!] !== i + 1) continue;
        const back = paths.shortest(orders.target[e]!, v, { mask: WW | WR | RW, scope, id: i + 1 }, Number.POSITIVE_INFINITY);
        if (back !== undefined) return stepsOf(orders, v, [e, ...back]).map(({ from, to, kind }) => ({ from: some[from]!, to: some[to]!, kind }));
      }
    }
  }
  return undefined;
}
