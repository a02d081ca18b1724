/** Closed walks with anti-dependencies of which no two are in a row: cycles of the graph of two layers. O(V + E). */
import type { Budget } from '../../../harness/contracts/index.ts';
import { Components } from './components.ts';
import { type Graph, GraphBuilder, RW, RWP, VIA } from './dependency-graph.ts';
import { type Area, PathSearch, type Step } from './path-search.ts';

/** So many edges are tried for a shorter witness. */
const TRIES = 64;

/**
 * Within `vertices`: (u, any layer) → (v, 0) for a dependency, (u, 0) → (v, 1) for an anti-dependency. A walk may pass a
 * transaction twice: snapshot isolation forbids it all the same (Cerone and Gotsman 2018).
 */
export function findNonadjacent(graph: Graph, vertices: Int32Array, area: Area, budget: Budget): Step[] | undefined {
  const layers = twoLayers(graph, vertices, area);
  const components = new Components(layers);
  const scope = new Int32Array(layers.vertexCount);
  for (const [i, states] of components.find(-1).entries()) for (const state of states) scope[state] = i + 1;
  const paths = new PathSearch(layers, budget);
  let best: { readonly source: number; readonly edges: readonly number[]; readonly length: number } | undefined;
  let tries = 0;
  for (let source = 0; source < layers.vertexCount && tries < TRIES; source++) {
    if (scope[source] === 0) continue;
    for (let e = layers.start[source]!; e < layers.start[source + 1]!; e++) {
      const id = scope[source]!;
      if ((layers.kind[e]! & (RW | RWP)) === 0 || scope[layers.target[e]!] !== id) continue;
      tries++;
      const most = best === undefined ? Number.POSITIVE_INFINITY : best.length - 2;
      const back = most < 1 ? undefined : paths.shortest(layers.target[e]!, source, { mask: -1, scope, id }, most);
      if (back !== undefined) best = { source, edges: [e, ...back], length: 1 + back.filter((edge) => layers.kind[edge] !== VIA).length };
    }
  }
  return best === undefined ? undefined : inTransactions(graph, layers, vertices, best.source, best.edges);
}

function twoLayers(graph: Graph, vertices: Int32Array, { mask, scope, id }: Area): Graph {
  const place = new Map<number, number>();
  for (const [i, v] of vertices.entries()) place.set(v, i);
  const layers = new GraphBuilder(vertices.length * 2, vertices.length * 8);
  for (const [i, v] of vertices.entries()) {
    for (let e = graph.start[v]!; e < graph.start[v + 1]!; e++) {
      const kind = graph.kind[e]!;
      const w = graph.target[e]!;
      if ((kind & (mask | VIA)) === 0 || scope[w] !== id) continue;
      const j = place.get(w)!;
      if ((kind & (RW | RWP)) !== 0) layers.edge(2 * i, 2 * j + 1, kind);
      else {
        layers.edge(2 * i, 2 * j, kind);
        layers.edge(2 * i + 1, kind === VIA ? 2 * j + 1 : 2 * j, kind);
      }
    }
  }
  return layers.build();
}

/** The walk in the layers as steps between transactions. An anti-dependency starts at a transaction, never at a way-point. */
function inTransactions(graph: Graph, layers: Graph, vertices: Int32Array, source: number, edges: readonly number[]): Step[] {
  const steps: Step[] = [];
  let at = vertices[source >> 1]!;
  let kind = 0;
  for (const e of edges) {
    if (layers.kind[e] !== VIA) kind = layers.kind[e]!;
    const to = vertices[layers.target[e]! >> 1]!;
    if (to >= graph.transactionCount) continue;
    steps.push({ from: at, to, kind });
    at = to;
  }
  return steps;
}
