/**
 * Shortest paths in a sub-graph: breadth first, way-points at no cost. O(E) a search, over arrays that are made once. Asks the
 * budget while it walks.
 */
import type { Budget } from '../../../harness/contracts/index.ts';
import { ask } from '../../verdict/exhausted.ts';
import { type Graph, VIA } from './dependency-graph.ts';

/** One edge of a path, way-points left out. */
export interface Step {
  readonly from: number;
  readonly to: number;
  readonly kind: number;
}

export interface Area {
  /** Kinds of edges. */
  readonly mask: number;
  /** Only vertices v with `scope[v] === id`, … */
  readonly scope: Int32Array;
  readonly id: number;
  /** … and, where there are ranks, with at least this one. */
  readonly rank?: Int32Array;
  readonly floor?: number;
}

export class PathSearch {
  readonly #graph: Graph;
  readonly #budget: Budget;
  readonly #distance: Int32Array;
  readonly #seen: Int32Array;
  readonly #parent: Int32Array;
  readonly #edge: Int32Array;
  #search = 0;
  #steps = 0;
  #level: number[] = [];
  #nextLevel: number[] = [];

  constructor(graph: Graph, budget: Budget) {
    this.#graph = graph;
    this.#budget = budget;
    this.#distance = new Int32Array(graph.vertexCount);
    this.#seen = new Int32Array(graph.vertexCount);
    this.#parent = new Int32Array(graph.vertexCount);
    this.#edge = new Int32Array(graph.vertexCount);
  }

  /** The edges (their numbers) of a shortest path of at most `most` edges, way-points not counted; undefined if there is none. */
  shortest(from: number, to: number, area: Area, most: number): number[] | undefined {
    const search = ++this.#search;
    const level = this.#level;
    level.length = 0;
    level.push(from);
    this.#seen[from] = search;
    this.#distance[from] = 0;
    this.#parent[from] = -1;
    for (let depth = 0; this.#level.length > 0 && depth <= most; depth++) {
      this.#nextLevel.length = 0;
      while (this.#level.length > 0) {
        const v = this.#level.pop()!;
        if (v === to && v !== from) return this.#path(to);
        if (this.#distance[v] === depth) this.#expand(v, to, depth, area, search);
      }
      [this.#level, this.#nextLevel] = [this.#nextLevel, this.#level];
    }
    return undefined;
  }

  #expand(v: number, to: number, depth: number, { mask, scope, id, rank, floor }: Area, search: number): void {
    const { start, target, kind } = this.#graph;
    const kinds = mask | VIA;
    for (let e = start[v]!; e < start[v + 1]!; e++) {
      const k = kind[e]!;
      if ((k & kinds) === 0) continue;
      const w = target[e]!;
      if (scope[w] !== id || (rank !== undefined && rank[w]! < floor!)) continue;
      const distance = k === VIA ? depth : depth + 1;
      // From the way-point behind an edge straight back to its source: an edge to itself, which is none.
      if (distance === 0 && w === to) continue;
      if (this.#seen[w] === search && this.#distance[w]! <= distance) continue;
      this.#seen[w] = search;
      this.#distance[w] = distance;
      this.#parent[w] = v;
      this.#edge[w] = e;
      (k === VIA ? this.#level : this.#nextLevel).push(w);
    }
    if ((++this.#steps & 0xfff) === 0) ask(this.#budget, this.#distance.length * 16);
  }

  #path(to: number): number[] {
    const edges: number[] = [];
    for (let v = to; this.#parent[v]! >= 0; v = this.#parent[v]!) edges.push(this.#edge[v]!);
    return edges.reverse();
  }
}

/** Edges that follow one another, from vertex `from` on, with way-points left out. */
export function stepsOf(graph: Graph, from: number, edges: readonly number[]): Step[] {
  const steps: Step[] = [];
  let at = from;
  let kind = 0;
  for (const e of edges) {
    if (graph.kind[e] !== VIA) kind = graph.kind[e]!;
    const to = graph.target[e]!;
    if (to >= graph.transactionCount) continue;
    steps.push({ from: at, to, kind });
    at = to;
  }
  return steps;
}
