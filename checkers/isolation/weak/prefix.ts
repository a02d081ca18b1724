/**
 * Prefix consistency over lists: every transaction reads what was committed at one moment (snapshot isolation that lets
 * overlapping transactions write the same key; Cerone et al. 2015). Violated if and only if the graph of starts and commits is
 * cyclic: wr from a commit to a start, ww from commit to commit, rw from a start to a commit. O(V + E).
 */
import type { Budget } from '../../../harness/contracts/index.ts';
import { Components } from '../graph/components.ts';
import { type Graph, GraphBuilder, RW, VIA, WR, WW } from '../graph/dependency-graph.ts';
import { PathSearch, type Step } from '../graph/path-search.ts';

/** A cycle, the shortest of a few; undefined where there is none. Throws BudgetExhausted. */
export function findLongFork(graph: Graph, budget: Budget): Step[] | undefined {
  const points = startsAndCommits(graph);
  const scope = new Int32Array(points.vertexCount);
  const [component] = new Components(points).find(-1);
  if (component === undefined) return undefined;
  for (const p of component) scope[p] = 1;
  const paths = new PathSearch(points, budget);
  for (const p of component) {
    for (let e = points.start[p]!; e < points.start[p + 1]!; e++) {
      if (points.kind[e] === VIA || scope[points.target[e]!] !== 1) continue;
      const back = paths.shortest(points.target[e]!, p, { mask: -1, scope, id: 1 }, Number.POSITIVE_INFINITY);
      if (back !== undefined) return inTransactions(graph, points, p, [e, ...back]);
    }
  }
  return undefined;
}

/** Vertex 2v is the start of v, 2v + 1 its commit; of way-points both are the same kind of place. */
function startsAndCommits(graph: Graph): Graph {
  const { vertexCount, transactionCount, start, target, kind } = graph;
  const points = new GraphBuilder(2 * vertexCount, graph.edgeCount + vertexCount);
  for (let v = 0; v < vertexCount; v++) {
    if (v < transactionCount) points.edge(2 * v, 2 * v + 1, VIA);
    for (let e = start[v]!; e < start[v + 1]!; e++) {
      const w = target[e]!;
      if (kind[e] === WR) points.edge(2 * v + 1, 2 * w, WR);
      else if (kind[e] === WW) points.edge(2 * v + 1, 2 * w + 1, WW);
      else if (kind[e] === RW) points.edge(2 * v, 2 * w + 1, RW);
      // Way-points of anti-dependencies: from commit to commit. Those of real time are entered by none of these.
      else if (kind[e] === VIA) points.edge(2 * v + 1, 2 * w + 1, VIA);
    }
  }
  return points.build();
}

function inTransactions(graph: Graph, points: Graph, from: number, edges: readonly number[]): Step[] {
  const steps: Step[] = [];
  let at = from >> 1;
  let kind = 0;
  for (const e of edges) {
    if (points.kind[e] !== VIA) kind = points.kind[e]!;
    const to = points.target[e]! >> 1;
    if (to === at || to >= graph.transactionCount) continue;
    steps.push({ from: at, to, kind });
    at = to;
  }
  return steps;
}
