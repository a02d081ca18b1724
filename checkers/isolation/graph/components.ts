/**
 * Strongly connected components (Tarjan 1972) without recursion, of the sub-graph of some kinds of edges within some
 * vertices. O(V + E), over arrays that are made once. Numbers of components are in reverse topological order: an edge never
 * goes to a component with a greater number.
 */
import { type Graph, VIA } from './dependency-graph.ts';

export class Components {
  readonly #graph: Graph;
  readonly #order: Int32Array;
  readonly #low: Int32Array;
  readonly #next: Int32Array;
  readonly #path: Int32Array;
  readonly #stack: Int32Array;
  /** Number of each vertex's component in the last run. No two runs share numbers; vertices that were not in it keep an older one. */
  readonly of: Int32Array;
  #visited = 0;
  #numbers = 0;

  constructor(graph: Graph) {
    const n = graph.vertexCount;
    this.#graph = graph;
    this.#order = new Int32Array(n);
    this.#low = new Int32Array(n);
    this.#next = new Int32Array(n);
    this.#path = new Int32Array(n);
    this.#stack = new Int32Array(n);
    this.of = new Int32Array(n);
  }

  /**
   * The components with more than one vertex, each as its vertices. `mask`: kinds of edges. `within`: only these vertices,
   * and only edges between vertices for which `scope` gives the same as for them; undefined: all.
   */
  find(mask: number, within?: { readonly vertices: Int32Array; readonly scope: Int32Array; readonly id: number }): Int32Array[] {
    const kinds = mask | VIA;
    const found: Int32Array[] = [];
    // Orders continue from run to run, so that what an earlier run left counts as not visited.
    const base = this.#visited;
    if (within === undefined) {
      for (let v = 0; v < this.#graph.vertexCount; v++) if (this.#order[v]! <= base) this.#from(v, kinds, base, undefined, 0, found);
    } else {
      const { vertices, scope, id } = within;
      for (const v of vertices) if (this.#order[v]! <= base) this.#from(v, kinds, base, scope, id, found);
    }
    return found;
  }

  #from(root: number, kinds: number, base: number, scope: Int32Array | undefined, id: number, found: Int32Array[]): void {
    const { start, target, kind } = this.#graph;
    const order = this.#order;
    const low = this.#low;
    const next = this.#next;
    const path = this.#path;
    const stack = this.#stack;
    let depth = 0;
    let height = 0;
    path[0] = root;
    order[root] = low[root] = ++this.#visited;
    next[root] = start[root]!;
    stack[height++] = root;
    this.of[root] = -1;
    while (depth >= 0) {
      const v = path[depth]!;
      const end = start[v + 1]!;
      let e = next[v]!;
      let descended = false;
      for (; e < end; e++) {
        if ((kind[e]! & kinds) === 0) continue;
        const w = target[e]!;
        if (scope !== undefined && scope[w] !== id) continue;
        if (order[w]! <= base) {
          next[v] = e + 1;
          order[w] = low[w] = ++this.#visited;
          next[w] = start[w]!;
          stack[height++] = w;
          this.of[w] = -1;
          path[++depth] = w;
          descended = true;
          break;
        }
        if (this.of[w] === -1 && order[w]! < low[v]!) low[v] = order[w]!;
      }
      if (descended) continue;
      depth--;
      if (depth >= 0 && low[v]! < low[path[depth]!]!) low[path[depth]!] = low[v]!;
      if (low[v] === order[v]) height = this.#close(v, height, found);
    }
  }

  /** Takes the component of `root` off the stack; gives the stack's height. */
  #close(root: number, height: number, found: Int32Array[]): number {
    const stack = this.#stack;
    const number = this.#numbers++;
    let from = height;
    do {
      from--;
      this.of[stack[from]!] = number;
    } while (stack[from] !== root);
    if (height - from > 1) found.push(stack.slice(from, height));
    return from;
  }
}
