/**
 * Read atomic, monotonic atomic view and causal consistency of registers (Biswas and Enea 2019): who reads x from one transaction
 * and sees another one that writes x as well knows that the other came first. Violated if and only if these orders, reads (and
 * sessions, for causal consistency) are cyclic. O(reads × transactions seen).
 */
import type { Anomaly, Budget, Value } from '../../../harness/contracts/index.ts';
import type { Names } from '../findings/names.ts';
import { Components } from '../graph/components.ts';
import { GraphBuilder, PROCESS, WR, WW } from '../graph/dependency-graph.ts';
import { PathSearch } from '../graph/path-search.ts';
import type { Transactions } from '../transactions/columns.ts';

export const VISIBILITY_CYCLE = 'isolation/visibility-cycle';

/** A first read of a key: the transaction it read from, -1 for nil. */
export interface Sight {
  readonly reader: number;
  readonly from: number;
  readonly key: number;
  /** Its micro-operation: reads of one transaction are in order. */
  readonly op: number;
}

export interface VisibilityMaterial {
  readonly transactions: Transactions;
  readonly names: Names;
  /** In order of micro-operations. */
  readonly sights: readonly Sight[];
  /** Keys that a transaction writes. */
  readonly writes: ReadonlyMap<number, ReadonlySet<number>>;
  /** Each transaction that took effect with the next one of its process. */
  readonly sessions: readonly (readonly [number, number])[];
}

type VisibilityType = 'fractured-view' | 'fractured-read' | 'causal-miss';

/** At most one anomaly of each type. Throws BudgetExhausted. */
export function findVisibilityCycles(material: VisibilityMaterial, budget: Budget): Anomaly[] {
  return (['fractured-view', 'fractured-read', 'causal-miss'] as const).flatMap((type) => new Visibility(material, type, budget).find() ?? []);
}

interface Reason {
  readonly key: number;
  readonly by: number;
  /** From the one that is seen to who sees it. */
  readonly via: readonly number[];
}

class Visibility {
  readonly #material: VisibilityMaterial;
  readonly #type: VisibilityType;
  readonly #budget: Budget;
  readonly #reasons = new Map<string, Reason>();

  constructor(material: VisibilityMaterial, type: VisibilityType, budget: Budget) {
    this.#material = material;
    this.#type = type;
    this.#budget = budget;
  }

  find(): Anomaly | undefined {
    const { sights, writes, sessions, transactions } = this.#material;
    const graph = new GraphBuilder(transactions.count, sights.length * 4);
    for (const { reader, from } of sights) if (from >= 0) graph.edge(from, reader, WR);
    if (this.#type === 'causal-miss') for (const [a, b] of sessions) graph.edge(a, b, PROCESS);
    for (const sight of sights) {
      for (const [seen, via] of this.#seenBy(sight)) {
        if (seen === sight.from || seen === sight.reader || !writes.get(seen)?.has(sight.key)) continue;
        const reason = { key: sight.key, by: sight.reader, via };
        if (sight.from === -1) return this.#tell([seen, ...via.slice(1)], reason);
        this.#reasons.set(`${seen},${sight.from}`, reason);
        graph.edge(seen, sight.from, WW);
      }
    }
    return this.#cycle(graph);
  }

  /** Whom the reader sees, each with the way from there to the reader. */
  #seenBy({ reader, op }: Sight): ReadonlyMap<number, readonly number[]> {
    const { sights, sessions } = this.#material;
    const seen = new Map<number, readonly number[]>();
    const add = (one: number, via: readonly number[]): void => {
      if (!seen.has(one)) seen.set(one, [one, ...via]);
    };
    for (const sight of sights) {
      if (sight.reader === reader && sight.from >= 0 && (this.#type !== 'fractured-view' || sight.op < op)) add(sight.from, [reader]);
    }
    if (this.#type !== 'causal-miss') return seen;
    for (const [a, b] of sessions) if (b === reader) add(a, [reader]);
    for (const [one, via] of seen) {
      for (const sight of sights) if (sight.reader === one && sight.from >= 0) add(sight.from, via);
      for (const [a, b] of sessions) if (b === one) add(a, via);
    }
    return seen;
  }

  #cycle(builder: GraphBuilder): Anomaly | undefined {
    const graph = builder.build();
    const [component] = new Components(graph).find(WR | WW | PROCESS);
    if (component === undefined) return undefined;
    const scope = new Int32Array(graph.vertexCount);
    for (const v of component) scope[v] = 1;
    const paths = new PathSearch(graph, this.#budget);
    const start = component[0]!;
    const first = graph.target.subarray(graph.start[start], graph.start[start + 1]).findIndex((w) => scope[w] === 1);
    const edge = graph.start[start]! + first;
    const back = paths.shortest(graph.target[edge]!, start, { mask: WR | WW | PROCESS, scope, id: 1 }, Number.POSITIVE_INFINITY);
    if (back === undefined) return undefined;
    const edges = [edge, ...back];
    const from = [start, ...edges.slice(0, -1).map((e) => graph.target[e]!)];
    const steps = edges.map((e, i) => ({ from: from[i]!, to: graph.target[e]!, kind: graph.kind[e]! }));
    return this.#anomaly(steps.map((step) => this.#step(step)));
  }

  #step({ from, to, kind }: { readonly from: number; readonly to: number; readonly kind: number }): Told {
    const { transactions, names } = this.#material;
    const ends = { from: names.event(from), to: names.event(to) };
    if (kind === WR) return { data: { ...ends, kind: 'wr' }, clause: `${names.transaction(to)} read from ${names.transaction(from)}` };
    if (kind === PROCESS)
      return {
        data: { ...ends, kind: 'process' },
        clause: `process ${transactions.process[to]} did ${names.transaction(from)} before ${names.transaction(to)}`,
      };
    const { key, by, via } = this.#reasons.get(`${from},${to}`)!;
    return {
      data: { ...ends, kind: 'co', key: transactions.keyValue(key), via: via.map((t) => names.event(t)) },
      clause: `${names.transaction(by)} saw ${names.transaction(from)} and yet read ${names.key(key)} from ${names.transaction(to)}, so of their writes the former's came first`,
    };
  }

  /** Nil was read where a value was to be seen. */
  #tell(way: readonly number[], { key, by }: Reason): Anomaly {
    const { transactions, names } = this.#material;
    const data = { from: names.event(by), to: names.event(way[0]!), kind: 'nil', key: transactions.keyValue(key), via: way.map((t) => names.event(t)) };
    return this.#anomaly([
      { data, clause: `${names.transaction(by)} read nil in ${names.key(key)}, although it saw ${names.transaction(way[0]!)}, which wrote that key` },
    ]);
  }

  #anomaly(steps: readonly Told[]): Anomaly {
    const names = { 'fractured-view': 'fractured view', 'fractured-read': 'fractured read', 'causal-miss': 'effect without its cause' } as const;
    return {
      type: this.#type,
      ops: [...new Set(steps.flatMap(({ data }) => [data['from'] as number, data['to'] as number]))],
      sentence: `${names[this.#type]}: ${steps.map(({ clause }) => clause).join('; and ')}`,
      certificate: { kind: VISIBILITY_CYCLE, data: { type: this.#type, steps: steps.map(({ data }) => data) } },
    };
  }
}

interface Told {
  readonly data: { readonly [name: string]: Value };
  readonly clause: string;
}
