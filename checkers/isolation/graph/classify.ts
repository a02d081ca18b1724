/**
 * Which kinds of cycles a graph has, exactly, with a short witness of each. No cycle is enumerated: each kind exists if and
 * only if an edge lies within a component of some sub-graph (G0, G1c, G2), or leads to where a path comes back from
 * (G-single), or lies within a component of the graph of two layers, of which the second is entered by an anti-dependency
 * and cannot be left by one (G-nonadjacent: exactly what snapshot isolation forbids). A kind is looked for where no kind
 * that implies it was found. O(V + E) but for G-single, which searches within ranks of the condensed graph.
 */
import type { Budget, Reason } from '../../../harness/contracts/index.ts';
import { BudgetExhausted, exhaustedReason } from '../../verdict/exhausted.ts';
import { impliesAnomaly } from '../models/anomalies.ts';
import { Components } from './components.ts';
import { type AntiType, type CycleType, isOfItems, type Order, typeOfCycle } from './cycle-types.ts';
import { type Graph, PROCESS, REALTIME, RW, RWP, WR, WW } from './dependency-graph.ts';
import { findNonadjacent } from './nonadjacent.ts';
import { type Area, PathSearch, type Step, stepsOf } from './path-search.ts';

export interface Cycle {
  readonly type: CycleType;
  readonly steps: readonly Step[];
}

export interface Classified {
  readonly cycles: readonly Cycle[];
  /** Why there may be more kinds than found; empty where there are not. */
  readonly undecided: readonly Reason[];
  /**
   * Kinds that were not found in some component where two transactions have writes that nothing orders: either order might make
   * such a cycle.
   */
  readonly unordered: ReadonlySet<OrderedKind>;
}

/** Kinds of cycles that may depend on an order of writes that no read shows; the others that need none imply them. */
export type OrderedKind = `${'G-single' | 'G-nonadjacent'}${Order}`;

/** Whether two of these transactions write something of which the order is not known. */
export type HasUnorderedWrites = (transactions: Int32Array) => boolean;

const DEPENDENCIES = WW | WR;
const ORDERS: readonly { readonly order: Order; readonly kind: number }[] = [
  { order: '', kind: 0 },
  { order: '-process', kind: PROCESS },
  { order: '-realtime', kind: REALTIME },
];
/** So many edges of a component are tried for a shorter witness. */
const TRIES = 64;

/** All kinds of cycles. An exhausted budget ends the search with what was found; it throws only where nothing was. */
export function classifyCycles(graph: Graph, hasUnorderedWrites: HasUnorderedWrites, budget: Budget): Classified {
  const classifier = new Classifier(graph, hasUnorderedWrites, budget);
  const undecided: Reason[] = [];
  try {
    classifier.run();
  } catch (error) {
    if (!(error instanceof BudgetExhausted) || classifier.cycles.length === 0) throw error;
    const { message, ...reason } = exhaustedReason(error.why);
    undecided.push({ ...reason, message: `${message}: there may be anomalies of other kinds` });
  }
  return { cycles: classifier.cycles, undecided, unordered: classifier.unordered };
}

interface Within {
  readonly vertices: Int32Array;
  readonly scope: Int32Array;
  readonly id: number;
}

class Classifier {
  readonly cycles: Cycle[] = [];
  readonly unordered = new Set<OrderedKind>();
  readonly #graph: Graph;
  readonly #hasUnorderedWrites: HasUnorderedWrites;
  readonly #budget: Budget;
  readonly #hasPredicates: boolean;
  readonly #components: Components;
  readonly #paths: PathSearch;
  /** Of the outermost components, and of those of the step at hand. */
  readonly #outer: Int32Array;
  readonly #scope: Int32Array;
  #scopes = 0;
  /** Types found within the outermost component, with a vertex of each. */
  #found: { readonly type: CycleType; readonly vertex: number }[] = [];

  constructor(graph: Graph, hasUnorderedWrites: HasUnorderedWrites, budget: Budget) {
    this.#graph = graph;
    this.#hasUnorderedWrites = hasUnorderedWrites;
    this.#budget = budget;
    this.#hasPredicates = graph.kind.includes(RWP);
    this.#components = new Components(graph);
    this.#paths = new PathSearch(graph, budget);
    this.#outer = new Int32Array(graph.vertexCount);
    this.#scope = new Int32Array(graph.vertexCount);
  }

  run(): void {
    const outermost = this.#components.find(DEPENDENCIES | RW | RWP | PROCESS | REALTIME);
    for (const [i, vertices] of outermost.entries()) for (const v of vertices) this.#outer[v] = i + 1;
    for (const [i, vertices] of outermost.entries()) {
      this.#found = [];
      for (const { order, kind } of ORDERS) this.#level(vertices, i + 1, order, kind);
    }
  }

  #level(vertices: Int32Array, id: number, order: Order, extra: number): void {
    const within = { vertices, scope: this.#outer, id };
    this.#plain(WW | extra, extra === 0 ? WW : extra, `G0${order}`, within);
    this.#plain(DEPENDENCIES | extra, extra === 0 ? WR : extra, `G1c${order}`, within);
    this.#anti(RW, extra, order, within);
    if (this.#hasPredicates) this.#anti(RW | RWP, extra, order, within);
  }

  /**
   * Cycles with anti-dependencies of these kinds. With predicates, those that need one: where items alone make a cycle of the
   * kind, one that goes over a predicate says something else.
   */
  #anti(kinds: number, extra: number, order: Order, within: Within): void {
    const mask = DEPENDENCIES | kinds | extra;
    const components = this.#mark(this.#components.find(mask, within));
    if (components.length === 0) return;
    const needed = kinds === RW ? RW : RWP;
    const name = (type: AntiType): CycleType => (kinds === RW ? `${type}-item${order}` : `${type}${order}`);
    // Ranks for the search of G-single: a path never goes up.
    this.#components.find(DEPENDENCIES | extra, within);
    for (const component of components) {
      const anti = this.#edgesWithin(component.vertices, component.id, needed);
      if (anti.length === 0) continue;
      const area = { mask: DEPENDENCIES | extra, scope: this.#scope, id: component.id };
      const has = (type: AntiType): boolean => (kinds === RW ? component.has(name(type)) : component.hasOfPredicates(name(type)));
      if (!has('G-single')) component.add(this.#single(anti, area));
      if (!component.has(name('G-nonadjacent'))) component.add(findNonadjacent(this.#graph, component.vertices, { ...area, mask }, this.#budget));
      const open = (['G-single', 'G-nonadjacent'] as const).filter((type) => !component.has(name(type)));
      if (open.length > 0 && this.#hasUnorderedWrites(component.vertices)) for (const type of open) this.unordered.add(`${type}${order}`);
      if (!has('G2')) component.add(this.#shortestThrough(anti, { ...area, mask }));
    }
  }

  /** Cycles without anti-dependencies: those with an edge of kind `needed`. */
  #plain(mask: number, needed: number, type: CycleType, within: Within): void {
    for (const component of this.#mark(this.#components.find(mask, within))) {
      if (component.has(type)) continue;
      const edges = this.#edgesWithin(component.vertices, component.id, needed);
      if (edges.length > 0) component.add(this.#shortestThrough(edges, { mask, scope: this.#scope, id: component.id }));
    }
  }

  /** Gives each component an id in `#scope`, and access to what was found in it. */
  #mark(components: readonly Int32Array[]) {
    const first = this.#scopes + 1;
    for (const vertices of components) {
      this.#scopes++;
      for (const v of vertices) this.#scope[v] = this.#scopes;
    }
    const types = components.map(() => new Set<CycleType>());
    for (const { type, vertex } of this.#found) types[this.#scope[vertex]! - first]?.add(type);
    return components.map((vertices, i) => ({
      vertices,
      id: first + i,
      has: (type: CycleType): boolean => [...types[i]!].some((known) => impliesAnomaly(known, type)),
      /** Not counting cycles of items alone. */
      hasOfPredicates: (type: CycleType): boolean => [...types[i]!].some((known) => !isOfItems(known) && impliesAnomaly(known, type)),
      add: (steps: readonly Step[] | undefined): void => {
        if (steps === undefined) return;
        const type = typeOfCycle(steps);
        types[i]!.add(type);
        this.#found.push({ type, vertex: steps[0]!.from });
        this.cycles.push({ type, steps });
      },
    }));
  }

  /** Edges of a kind between vertices of the scope, as [source, edge, source, edge, …]. */
  #edgesWithin(vertices: Int32Array, id: number, kinds: number): number[] {
    const { start, target, kind } = this.#graph;
    const edges: number[] = [];
    for (const v of vertices) {
      for (let e = start[v]!; e < start[v + 1]!; e++) if ((kind[e]! & kinds) !== 0 && this.#scope[target[e]!] === id) edges.push(v, e);
    }
    return edges;
  }

  /** A short cycle through one of the edges: all of them lie on cycles. */
  #shortestThrough(edges: readonly number[], area: Area): Step[] | undefined {
    let best: Step[] | undefined;
    for (let i = 0; i < edges.length && i < 2 * TRIES; i += 2) best = this.#closing(edges[i]!, edges[i + 1]!, area, best) ?? best;
    return best;
  }

  /** One anti-dependency, and a path back without another. Narrow ranges of ranks first. */
  #single(edges: readonly number[], area: Area): Step[] | undefined {
    const rank = this.#components.of;
    const { target } = this.#graph;
    const width = (i: number): number => rank[target[edges[i + 1]!]!]! - rank[edges[i]!]!;
    const candidates: number[] = [];
    for (let i = 0; i < edges.length; i += 2) if (width(i) >= 0) candidates.push(i);
    candidates.sort((a, b) => width(a) - width(b));
    let best: Step[] | undefined;
    let tries = 0;
    for (const i of candidates) {
      if (best !== undefined && ++tries > TRIES) break;
      best = this.#closing(edges[i]!, edges[i + 1]!, { ...area, rank, floor: rank[edges[i]!]! }, best) ?? best;
    }
    return best;
  }

  /** The shortest cycle over this edge, if it is shorter than `best`. Real edges begin at transactions, never at way-points. */
  #closing(source: number, edge: number, area: Area, best: readonly Step[] | undefined): Step[] | undefined {
    const most = best === undefined ? Number.POSITIVE_INFINITY : best.length - 2;
    if (most < 1) return undefined;
    const back = this.#paths.shortest(this.#graph.target[edge]!, source, area, most);
    if (back === undefined) return undefined;
    return stepsOf(this.#graph, source, [edge, ...back]);
  }
}
