/**
 * A graph of dependencies between transactions in compressed rows: 5 bytes an edge, built from triples in O(V + E).
 * Vertices 0 … n-1 are transactions; those behind them are way-points, entered by one real edge and left by `VIA` edges
 * only, so that n sources × m targets cost n + m edges.
 */

import { giveBack } from '../../../harness/history/give-back.ts';

/** Kinds of edges, a bit each. */
export const WW = 1;
export const WR = 2;
export const RW = 4;
export const PROCESS = 8;
export const REALTIME = 16;
/** From a way-point on: part of every sub-graph, for a way-point is reached only by the edge that it continues. */
export const VIA = 32;
/** An anti-dependency of a predicate: what was not matched, or would not be any more. */
export const RWP = 64;

export interface Graph {
  readonly vertexCount: number;
  /** Vertices below are transactions. */
  readonly transactionCount: number;
  readonly edgeCount: number;
  /** Edges of v: `start[v] .. start[v + 1]`. */
  readonly start: Int32Array;
  readonly target: Int32Array;
  readonly kind: Uint8Array;
}

export class GraphBuilder {
  readonly transactionCount: number;
  #vertexCount: number;
  #edgeCount = 0;
  #from: Int32Array<ArrayBuffer>;
  #to: Int32Array<ArrayBuffer>;
  #kind: Uint8Array<ArrayBuffer>;

  constructor(transactionCount: number, expectedEdges: number) {
    this.transactionCount = transactionCount;
    this.#vertexCount = transactionCount;
    const capacity = Math.max(64, expectedEdges);
    this.#from = new Int32Array(capacity);
    this.#to = new Int32Array(capacity);
    this.#kind = new Uint8Array(capacity);
  }

  get bytes(): number {
    return this.#from.length * 9;
  }

  get edgeCount(): number {
    return this.#edgeCount;
  }

  /** A new way-point. */
  wayPoint(): number {
    return this.#vertexCount++;
  }

  /** Edges from a vertex to itself are left out. */
  edge(from: number, to: number, kind: number): void {
    if (from === to) return;
    const e = this.#edgeCount++;
    if (e === this.#from.length) this.#grow();
    this.#from[e] = from;
    this.#to[e] = to;
    this.#kind[e] = kind;
  }

  /** The graph of all edges so far. The builder is not used afterwards. */
  build(): Graph {
    const vertexCount = this.#vertexCount;
    const edgeCount = this.#edgeCount;
    const start = new Int32Array(vertexCount + 1);
    for (let e = 0; e < edgeCount; e++) start[this.#from[e]! + 1]!++;
    for (let v = 0; v < vertexCount; v++) start[v + 1]! += start[v]!;
    const next = start.slice();
    const target = new Int32Array(edgeCount);
    const kind = new Uint8Array(edgeCount);
    for (let e = 0; e < edgeCount; e++) {
      const at = next[this.#from[e]!]!++;
      target[at] = this.#to[e]!;
      kind[at] = this.#kind[e]!;
    }
    giveBack(this.#from);
    giveBack(this.#to);
    giveBack(this.#kind);
    giveBack(next);
    return { vertexCount, transactionCount: this.transactionCount, edgeCount, start, target, kind };
  }

  #grow(): void {
    const capacity = this.#from.length * 2;
    const grown = <T extends Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(old: T, larger: T): T => {
      larger.set(old);
      giveBack(old);
      return larger;
    };
    this.#from = grown(this.#from, new Int32Array(capacity));
    this.#to = grown(this.#to, new Int32Array(capacity));
    this.#kind = grown(this.#kind, new Uint8Array(capacity));
  }
}
