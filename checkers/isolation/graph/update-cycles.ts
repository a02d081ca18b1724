/**
 * Update serializability (Adya 1999, PL-3U): the updates have a serial order for each read-only transaction, though not for all
 * of them the same. Violated by a cycle with one read-only transaction at most (G-update). O(readers × edges) of the components.
 */
import type { Budget } from '../../../harness/contracts/index.ts';
import type { HasUnorderedWrites } from './classify.ts';
import { Components } from './components.ts';
import { type Graph, RW, WR, WW } from './dependency-graph.ts';
import { PathSearch, type Step, stepsOf } from './path-search.ts';

const DEPENDENCIES = WW | WR | RW;
/** So many vertices are visited at most for the readers of a component; beyond it the question stays open. */
const MOST_VISITS = 50_000_000;
/** Of the vertices in a component: updates and way-points, and read-only transactions. */
const UPDATE = 1;
const READER = 2;

export interface UpdateCycles {
  /** One, if there is one. */
  readonly steps: readonly Step[] | undefined;
  /** Whether there may be one nevertheless, depending on an order of writes that is not known. */
  readonly isOpen: boolean;
}

/** Throws BudgetExhausted. */
export function findUpdateCycle(graph: Graph, isUpdate: (t: number) => boolean, hasUnorderedWrites: HasUnorderedWrites, budget: Budget): UpdateCycles {
  const components = new Components(graph);
  const paths = new PathSearch(graph, budget);
  const scope = new Int32Array(graph.vertexCount);
  let isOpen = false;
  for (const vertices of components.find(DEPENDENCIES)) {
    const readers: number[] = [];
    for (const v of vertices) {
      scope[v] = v >= graph.transactionCount || isUpdate(v) ? UPDATE : READER;
      if (scope[v] === READER) readers.push(v);
    }
    const updates = vertices.filter((v) => scope[v] === UPDATE);
    const [knot] = components.find(DEPENDENCIES, { vertices: updates, scope, id: UPDATE });
    const isTooMuch = knot === undefined && readers.length * vertices.length > MOST_VISITS;
    const steps = knot !== undefined ? amongUpdates(graph, paths, knot, scope) : isTooMuch ? undefined : throughReader(graph, paths, readers, scope);
    if (steps !== undefined) return { steps, isOpen: false };
    isOpen ||= isTooMuch || hasUnorderedWrites(vertices);
    for (const v of vertices) scope[v] = 0;
  }
  return { steps: undefined, isOpen };
}

function amongUpdates(graph: Graph, paths: PathSearch, knot: Int32Array, scope: Int32Array): Step[] | undefined {
  for (const v of knot) {
    const steps = v < graph.transactionCount ? closing(graph, paths, v, scope) : undefined;
    if (steps !== undefined) return steps;
  }
  return undefined;
}

function throughReader(graph: Graph, paths: PathSearch, readers: readonly number[], scope: Int32Array): Step[] | undefined {
  for (const reader of readers) {
    scope[reader] = UPDATE;
    const steps = closing(graph, paths, reader, scope);
    if (steps !== undefined) return steps;
    scope[reader] = READER;
  }
  return undefined;
}

/** A cycle over v within the updates. */
function closing(graph: Graph, paths: PathSearch, v: number, scope: Int32Array): Step[] | undefined {
  for (let e = graph.start[v]!; e < graph.start[v + 1]!; e++) {
    if ((graph.kind[e]! & DEPENDENCIES) === 0 || scope[graph.target[e]!] !== UPDATE) continue;
    const back = paths.shortest(graph.target[e]!, v, { mask: DEPENDENCIES, scope, id: UPDATE }, Number.POSITIVE_INFINITY);
    if (back !== undefined) return stepsOf(graph, v, [e, ...back]);
  }
  return undefined;
}
