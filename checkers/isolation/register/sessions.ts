/**
 * Session guarantees of registers (Terry et al. 1994; Viotti and Vukolić 2016), key by key and operation by operation. A process
 * sees the writes of a key in one order: a value that another one has replaced does not come back (monotonic reads), nor does nil;
 * what it has written is not followed by what it had written before, or by nil (read your writes). Who reads a value and
 * writes then orders the two for everybody (writes follow reads): these orders are not cyclic. That writes of one process come
 * in their order contradicts no read of one key (monotonic writes). O(micro-operations).
 */
import type { Value } from '../../../harness/contracts/index.ts';
import { OK } from '../../../harness/history/columns.ts';
import type { Findings } from '../findings/findings.ts';
import { Components } from '../graph/components.ts';
import { type Graph, GraphBuilder, VIA, WR } from '../graph/dependency-graph.ts';
import { stepsOf } from '../graph/path-search.ts';
import { READ } from '../transactions/columns.ts';
import type { LevelsMaterial } from './problem.ts';
import { INITIAL, SEVERAL } from './versions.ts';

/** What a process has done to a key; operations, -1 for none. */
interface Past {
  /** Its last read, and the last read of each value that a later one replaced. */
  read: number;
  readonly replaced: Map<number, number>;
  /** Its last write, and those before. */
  write: number;
  readonly earlier: Set<number>;
  /** A way-point behind all versions that it has read. */
  seen: number;
}

/** Adds what it finds. */
export function findInRegisterSessions(material: LevelsMaterial, findings: Findings): void {
  new Sessions(material, findings).run();
}

class Sessions {
  readonly #material: LevelsMaterial;
  readonly #findings: Findings;
  readonly #sessions = new Map<number, Map<number, Past>>();
  readonly #graph: GraphBuilder;

  constructor(material: LevelsMaterial, findings: Findings) {
    this.#material = material;
    this.#findings = findings;
    this.#graph = new GraphBuilder(material.versions.element.length, material.transactions.opCount * 2);
  }

  run(): void {
    const { transactions, versions } = this.#material;
    const { opCount, owner, outcome, process, kind, key, invocation } = transactions;
    for (let op = 0; op < opCount; op++) {
      const t = owner[op]!;
      if (versions.committed[t] === 0 || invocation[t]! < 0) continue;
      const session = this.#sessions.get(process[t]!) ?? new Map<number, Past>();
      this.#sessions.set(process[t]!, session);
      const past = session.get(key[op]!) ?? { read: -1, replaced: new Map<number, number>(), write: -1, earlier: new Set<number>(), seen: -1 };
      session.set(key[op]!, past);
      if (kind[op] !== READ) this.#write(op, past);
      else if (outcome[t] === OK && versions.writer[versions.of[op]!] !== SEVERAL) this.#read(op, past);
    }
    this.#orders();
  }

  #write(op: number, past: Past): void {
    const version = this.#material.versions.of[op]!;
    if (past.write >= 0) past.earlier.add(this.#material.versions.of[past.write]!);
    past.earlier.delete(version);
    past.write = op;
    if (past.seen >= 0 && this.#material.versions.writer[version] === op) this.#graph.edge(past.seen, version, VIA);
  }

  #read(op: number, past: Past): void {
    const { versions } = this.#material;
    const version = versions.of[op]!;
    const isNil = versions.writer[version] === INITIAL;
    const own = past.write < 0 ? -1 : versions.of[past.write]!;
    if (own >= 0 && own !== version && versions.writer[own]! >= 0 && (isNil || past.earlier.has(version))) this.#tell('missed-own-write', past.write, op);
    const last = past.read < 0 ? -1 : versions.of[past.read]!;
    if (last >= 0 && last !== version) {
      const before = past.replaced.get(version);
      if (isNil || before !== undefined) this.#tell('non-monotonic-read', past.read, op, before);
      past.replaced.set(last, past.read);
    }
    past.read = op;
    if (isNil) return;
    const seen = this.#graph.wayPoint();
    if (past.seen >= 0) this.#graph.edge(past.seen, seen, VIA);
    this.#graph.edge(version, seen, WR);
    past.seen = seen;
  }

  /** `before`: the read of the same value, before another one replaced it. */
  #tell(type: 'missed-own-write' | 'non-monotonic-read', earlier: number, later: number, before?: number): void {
    const { transactions, names } = this.#material;
    const { owner, key, element, process } = transactions;
    const place = (op: number): Value => [names.event(owner[op]!), op - transactions.firstOp[owner[op]!]!];
    const [a, b] = [owner[earlier]!, owner[later]!];
    this.#findings.add(type, () => ({
      transactions: [...(before === undefined ? [] : [owner[before]!]), a, b],
      sentence:
        `${type === 'missed-own-write' ? 'own write missed' : 'non-monotonic read'}: process ${process[a]} ${type === 'missed-own-write' ? 'wrote' : 'read'} ` +
        `${names.element(element[earlier]!)} in ${names.key(key[later]!)} in T${names.event(a)}, and then read ${names.element(element[later]!)} there in T${names.event(b)}, which was older`,
      evidence: {
        key: transactions.keyValue(key[later]!),
        earlier: place(earlier),
        later: place(later),
        ...(before !== undefined && { before: place(before) }),
      },
    }));
  }

  /** Orders of versions by who read one and wrote the other: a cycle of them. */
  #orders(): void {
    const graph = this.#graph.build();
    const [component] = new Components(graph).find(WR);
    if (component === undefined) return;
    const scope = new Int32Array(graph.vertexCount);
    for (const v of component) scope[v] = 1;
    const version = component.find((v) => v < graph.transactionCount)!;
    const first = Array.from({ length: graph.start[version + 1]! - graph.start[version]! }, (_, i) => graph.start[version]! + i).find(
      (e) => scope[graph.target[e]!] === 1,
    )!;
    this.#tellOrders(
      stepsOf(graph, version, [first, ...wayBack(graph, graph.target[first]!, version, scope)]).map(({ from, to }): [number, number] => [from, to]),
    );
  }

  #tellOrders(steps: readonly (readonly [number, number])[]): void {
    const { transactions, versions, names } = this.#material;
    const { owner, key, element, process, kind, firstOp } = transactions;
    const place = (op: number): Value => [names.event(owner[op]!), op - firstOp[owner[op]!]!];
    const pairs = steps.map(([from, to]) => {
      const write = versions.writer[to]!;
      // The last read of that value by the writer's process before it wrote.
      let read = write - 1;
      while (!(kind[read] === READ && versions.of[read] === from && process[owner[read]!] === process[owner[write]!])) read--;
      return { read, write };
    });
    this.#findings.add('write-before-read', () => ({
      transactions: pairs.flatMap(({ read, write }) => [owner[read]!, owner[write]!]),
      sentence: `write before what was read: ${pairs
        .map(
          ({ read, write }) =>
            `process ${process[owner[write]!]} read ${names.element(element[read]!)} in ${names.key(key[write]!)} in T${names.event(owner[read]!)} and then wrote ${names.element(element[write]!)} in T${names.event(owner[write]!)}`,
        )
        .join('; and ')}`,
      evidence: { orders: pairs.map(({ read, write }): Value => ({ read: place(read), write: place(write) })) },
    }));
  }
}

/** The edges of a way within the component; one over way-points alone counts: who reads its own value before it writes it. */
function wayBack(graph: Graph, from: number, to: number, scope: Int32Array): number[] {
  const edgeTo = new Map<number, readonly [number, number]>();
  const queue = [from];
  for (const v of queue) {
    for (let e = graph.start[v]!; e < graph.start[v + 1]!; e++) {
      const w = graph.target[e]!;
      if (scope[w] !== 1 || edgeTo.has(w)) continue;
      edgeTo.set(w, [v, e]);
      if (w !== to) queue.push(w);
    }
  }
  const edges: number[] = [];
  for (let at = to; edges.length === 0 || at !== from; ) {
    const [v, e] = edgeTo.get(at)!;
    edges.push(e);
    at = v;
  }
  return edges.reverse();
}
