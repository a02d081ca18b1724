/**
 * Sequential consistency and linearizability over lists, of single operations instead of transactions: is there one order of
 * all appends and reads that keeps each process's (and real time's)? Violated if and only if the graph of operations is cyclic:
 * lists show the order of what they hold, and what they lack comes later. O(micro-operations).
 */
import type { Anomaly, Budget, History } from '../../../harness/contracts/index.ts';
import { OK } from '../../../harness/history/columns.ts';
import type { Names } from '../findings/names.ts';
import { Components } from '../graph/components.ts';
import { GraphBuilder, PROCESS, REALTIME, RW, WR, WW } from '../graph/dependency-graph.ts';
import { PathSearch, type Step, stepsOf } from '../graph/path-search.ts';
import { addProcessOrder, addRealtimeOrder } from '../graph/time-order.ts';
import { addListDependencies } from '../list-append/dependencies.ts';
import type { Material } from '../list-append/reads-of-keys.ts';
import type { Transactions } from '../transactions/columns.ts';

export const OPERATION_CYCLE = 'isolation/operation-cycle';

const KINDS: Readonly<Record<number, string>> = { [WW]: 'ww', [WR]: 'wr', [RW]: 'rw', [PROCESS]: 'process', [REALTIME]: 'realtime' };

/** At most one anomaly: what refutes sequential consistency, else what refutes linearizability. Throws BudgetExhausted. */
export function findOperationCycle(history: History, material: Material, budget: Budget): Anomaly[] {
  const { transactions, byKey, orders } = material;
  const operations = asTransactions(transactions);
  const committed = Uint8Array.from(transactions.owner, (t) => orders.committed[t]!);
  const builder = new GraphBuilder(operations.count, operations.count * 5);
  addListDependencies(builder, operations, byKey, { ...orders, committed });
  addProcessOrder(builder, operations, committed);
  addOrderWithin(builder, transactions, orders.committed);
  addRealtimeOrder(builder, transactions, orders.committed, history.columns, transactions.firstOp);
  const graph = builder.build();
  const components = new Components(graph);
  const scope = new Int32Array(graph.vertexCount);
  const sequential = WW | WR | RW | PROCESS;
  for (const [type, mask] of [['sequential-cycle', sequential] as const, ['stale-operation', sequential | REALTIME] as const]) {
    const [component] = components.find(mask);
    if (component === undefined) continue;
    for (const v of component) scope[v] = 1;
    const steps = shortest(new PathSearch(graph, budget), graph, component, { mask, scope, id: 1 });
    if (steps !== undefined) return [describeOperations(type, steps, material, { read: ({ to }) => orders.longest[transactions.key[to]!]! })];
  }
  return [];
}

/** Of unknown transactions that took effect: nothing is known to come after them, but their own operations come one after the other. */
export function addOrderWithin(graph: GraphBuilder, { opCount, owner, outcome }: Transactions, committed: Uint8Array): void {
  for (let op = 1; op < opCount; op++) {
    const t = owner[op]!;
    if (owner[op - 1] === t && committed[t] === 1 && outcome[t] !== OK) graph.edge(op - 1, op, PROCESS);
  }
}

/** Every operation a transaction of its own, with its transaction's process and time. */
export function asTransactions(transactions: Transactions): Transactions {
  const { opCount, owner, outcome, process, invocation, completion } = transactions;
  const identity = Int32Array.from({ length: opCount + 1 }, (_, op) => op);
  return {
    ...transactions,
    count: opCount,
    outcome: Uint8Array.from(owner, (t) => outcome[t]!),
    process: owner.map((t) => process[t]!),
    invocation: owner.map((t) => invocation[t]!),
    completion: owner.map((t) => completion[t]!),
    firstOp: identity,
    owner: identity.subarray(0, opCount),
    previous: new Int32Array(opCount).fill(-1),
  };
}

/** A short cycle within the component: the first edge that leads back. */
function shortest(
  paths: PathSearch,
  graph: ReturnType<GraphBuilder['build']>,
  component: Int32Array,
  area: { mask: number; scope: Int32Array; id: number },
): Step[] | undefined {
  let best: Step[] | undefined;
  let tries = 0;
  for (const v of component) {
    if (v >= graph.transactionCount) continue;
    for (let e = graph.start[v]!; e < graph.start[v + 1]!; e++) {
      if ((graph.kind[e]! & area.mask) === 0 || area.scope[graph.target[e]!] !== 1) continue;
      const back = paths.shortest(graph.target[e]!, v, area, best === undefined ? Number.POSITIVE_INFINITY : best.length - 2);
      if (back !== undefined) best = stepsOf(graph, v, [e, ...back]);
      if (++tries > 64 && best !== undefined) return best;
    }
  }
  return best;
}

const WORDS = {
  'sequential-cycle': 'not sequential',
  'stale-operation': 'not linearizable',
  'pram-cycle': 'not in the order of processes',
  'causal-cycle': 'not causal',
} as const;

/** Whose orders they are, and the read that shows two appends in the order of a step. */
export interface Witness {
  readonly process?: number;
  read(step: Step): number;
}

/** The anomaly of a cycle of operations. */
export function describeOperations(type: keyof typeof WORDS, steps: readonly Step[], { transactions, names }: Material, witness: Witness): Anomaly {
  const { owner, firstOp } = transactions;
  const event = (op: number): number => names.event(owner[op]!);
  const clauses = steps.map((step) => clause(step, transactions, names));
  const whose = witness.process === undefined ? '' : `, as process ${witness.process} saw it`;
  return {
    type,
    ops: [...new Set(steps.map(({ from }) => event(from)))],
    sentence: `${WORDS[type]}, operation by operation${whose}: ${clauses.slice(0, -1).join('; ')}; and ${clauses.at(-1)!}`,
    certificate: {
      kind: OPERATION_CYCLE,
      data: {
        type,
        ...(witness.process !== undefined && { process: witness.process }),
        steps: steps.map((step) => ({
          from: event(step.from),
          fromOp: step.from - firstOp[owner[step.from]!]!,
          to: event(step.to),
          toOp: step.to - firstOp[owner[step.to]!]!,
          kind: KINDS[step.kind]!,
          ...(step.kind === WW && { read: event(witness.read(step)) }),
        })),
      },
    },
  };
}

function clause({ from, to, kind }: Step, { owner, key, element }: Transactions, names: Names): string {
  const [a, b] = [names.transaction(owner[from]!), names.transaction(owner[to]!)];
  if (kind === PROCESS) return `${a} came before ${b} in its process, or within the transaction`;
  if (kind === REALTIME) return `${a} was acknowledged before ${b} was invoked`;
  const k = names.key(key[to]!);
  if (kind === WW) return `${a} appended ${names.element(element[from]!)} to ${k} before ${b} appended ${names.element(element[to]!)}`;
  if (kind === WR) return `${b} read ${names.list(to)} in ${k}, with ${names.element(element[from]!)} of ${a}`;
  return `${a} read ${names.list(from)} in ${k}, without ${names.element(element[to]!)} of ${b}`;
}
