/**
 * The list-append engine: lists that only grow, appended to and read by transactions (Kingsbury and Alvaro 2020). O(n) for n
 * micro-operations and events, but for what classify.ts says of histories with cycles.
 */
import type { Budget, History, Reason } from '../../../harness/contracts/index.ts';
import { ask } from '../../verdict/exhausted.ts';
import type { Analysis } from '../analysis.ts';
import { anomaliesOf } from '../findings/anomalies-of.ts';
import type { NamedCycle } from '../findings/describe-cycle.ts';
import { Findings } from '../findings/findings.ts';
import { Names } from '../findings/names.ts';
import { classifyCycles, type OrderedKind } from '../graph/classify.ts';
import { type Graph, GraphBuilder } from '../graph/dependency-graph.ts';
import { addProcessOrder, addRealtimeOrder } from '../graph/time-order.ts';
import { findUpdateCycle, type UpdateCycles } from '../graph/update-cycles.ts';
import { judgeModels } from '../models/judge.ts';
import type { ModelName } from '../models/models.ts';
import { groupByKey } from '../transactions/by-key.ts';
import { APPEND, type Transactions } from '../transactions/columns.ts';
import { findMissedEffects } from '../weak/missed-effects.ts';
import { findOperationCycle } from '../weak/operation-order.ts';
import { findPointCycles, type PointCycles } from '../weak/points.ts';
import { findLongFork } from '../weak/prefix.ts';
import { findProcessCycles, type ProcessOrders } from '../weak/process-orders.ts';
import { findInSessions } from '../weak/sessions.ts';
import { findUnseenUpdates, type UnseenUpdates } from '../weak/unseen-updates.ts';
import { addListDependencies } from './dependencies.ts';
import { ListEvidence } from './evidence.ts';
import { findLostUpdates } from './lost-updates.ts';
import { findInReads, type Material } from './reads-of-keys.ts';
import { orderVersions, UNOBSERVED, type VersionOrders } from './version-orders.ts';
import { findInTransactions } from './within-transactions.ts';

/** Models for which cycles and the other findings are all there is. */
const DECIDED: ReadonlySet<ModelName> = new Set<ModelName>([
  'read-uncommitted',
  'read-committed',
  'cursor-stability',
  'repeatable-read',
  'monotonic-atomic-view',
  'read-atomic',
  'causal-cerone',
  'prefix',
  'monotonic-reads',
  'monotonic-writes',
  'read-your-writes',
  'writes-follow-reads',
  'monotonic-snapshot-read',
  'sequential',
  'linearizable',
  'serializable',
  'strong-session-read-uncommitted',
  'strong-session-read-committed',
  'strong-session-serializable',
  'strong-read-uncommitted',
  'strong-read-committed',
  'strong-serializable',
]);

/** Those for which it matters in which order appends happened that no read shows, and the cycles that it may make. */
const DECIDED_IF_ORDERED: Partial<Record<ModelName, OrderedKind>> = {
  'consistent-view': 'G-single',
  // Nobody says when transactions start: then all may, and it is the same.
  'forward-consistent-view': 'G-single',
  'parallel-snapshot-isolation': 'G-single',
  'snapshot-isolation': 'G-nonadjacent',
  'strong-session-snapshot-isolation': 'G-nonadjacent-process',
  'strong-snapshot-isolation': 'G-nonadjacent-realtime',
};

/** Throws BudgetExhausted where it found nothing before. */
export function analyseLists(history: History, transactions: Transactions, budget: Budget): Analysis {
  const names = new Names(transactions);
  const findings = new Findings();
  const byKey = groupByKey(transactions);
  const orders = orderVersions(transactions, byKey, budget);
  const material = { transactions, byKey, orders, names, findings };
  // Half of the way was the ingest into columns.
  const progress = (share: number): void => budget.progress(Math.floor((0.5 + share / 2) * history.length), history.length);
  progress(0.2);
  findInReads(material);
  findInTransactions(material);
  findLostUpdates(material);
  findings.alsoCall('G1a', 'failed-read');
  const builder = new GraphBuilder(transactions.count, transactions.opCount * 2 + transactions.count * 3);
  progress(0.4);
  addListDependencies(builder, transactions, byKey, orders);
  progress(0.5);
  const dependencies = builder.edgeCount;
  ask(budget, builder.bytes);
  addProcessOrder(builder, transactions, orders.committed);
  addRealtimeOrder(builder, transactions, orders.committed, history.columns);
  const graph = builder.build();
  progress(0.8);
  const { cycles: usual, undecided, unordered } = classifyCycles(graph, (some) => hasUnorderedAppends(some, transactions, orders), budget);
  // What a weak model forbids is a cycle, too.
  const cycles: NamedCycle[] = usual.length === 0 ? [] : [...usual, ...weakCycles(material, graph, budget)];
  // What refutes something weaker says as much.
  const isPlain = usual.length === 0 || judgeModels(usual.map(({ type }) => type)).violated.has('update-serializable');
  const ofUpdates = isPlain ? { steps: undefined, isOpen: false } : updateCycles(material, graph, budget);
  if (ofUpdates.steps !== undefined) cycles.push({ type: 'G-update', steps: ofUpdates.steps });
  if (usual.length > 0 || findings.counts.size > 0) findInSessions(material);
  const unseen = usual.length === 0 ? NOTHING_UNSEEN : findUnseenUpdates(graph, material, budget);
  if (unseen.steps !== undefined) cycles.push({ type: 'unseen-update', steps: unseen.steps });
  const points = usual.length === 0 ? NO_POINTS : findPointCycles(graph, material, budget);
  const told = anomaliesOf(findings, cycles, transactions, new ListEvidence(transactions, orders, names), names);
  const contradicts = usual.length > 0 || CONTRADICTIONS.some((type) => findings.has(type));
  const ofOperations = contradicts ? findOperationCycle(history, material, budget) : [];
  const isSequential = !contradicts || (!findings.has('incompatible-order') && ofOperations.every(({ type }) => type !== 'sequential-cycle'));
  const ofProcesses = isSequential ? NO_PROCESSES : findProcessCycles(material, budget);
  const more = [...points.anomalies, ...ofProcesses.anomalies, ...ofOperations];
  return {
    anomalies: [...told.anomalies, ...more],
    counts: new Map([...told.counts, ...more.map(({ type }): [string, number] => [type, 1])]),
    dependencies,
    undecided: [...undecided, ...openQuestions(transactions, orders)],
    doubts: [],
    decides(model) {
      if (model === 'update-serializable') return !ofUpdates.isOpen;
      if (model === 'update-atomic') return !unseen.isOpen;
      if (model === 'PRAM' || model === 'causal') return !ofProcesses.isOpen;
      if (model === 'monotonic-view') return !points.components.some((some) => hasUnorderedAppends(some, transactions, orders));
      const kind = DECIDED_IF_ORDERED[model];
      return DECIDED.has(model) || (kind !== undefined && !unordered.has(kind));
    },
  };
}

/** Findings after which operations may have no order although transactions have one. */
const CONTRADICTIONS = ['internal', 'future-read', 'reordered-appends', 'incompatible-order'];
const NOTHING_UNSEEN: UnseenUpdates = { steps: undefined, isOpen: false };
const NO_POINTS: PointCycles = { anomalies: [], components: [] };
const NO_PROCESSES: ProcessOrders = { anomalies: [], isOpen: false };

function weakCycles({ transactions, byKey, orders }: Material, graph: Graph, budget: Budget): NamedCycle[] {
  const fork = findLongFork(graph, budget);
  return [...findMissedEffects(transactions, byKey, orders, budget), ...(fork === undefined ? [] : [{ type: 'long-fork', steps: fork }])];
}

function updateCycles({ transactions, orders }: Material, graph: Graph, budget: Budget): UpdateCycles {
  const { firstOp, kind } = transactions;
  const isUpdate = (t: number): boolean => kind.subarray(firstOp[t], firstOp[t + 1]).includes(APPEND);
  return findUpdateCycle(graph, isUpdate, (some) => hasUnorderedAppends(some, transactions, orders), budget);
}

/** Whether two of the vertices are transactions with appends to one list that no read shows. */
function hasUnorderedAppends(vertices: Int32Array, { count, firstOp, kind, key }: Transactions, { position }: VersionOrders): boolean {
  const owners = new Map<number, number>();
  for (const t of vertices) {
    if (t >= count) continue;
    for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) {
      if (kind[op] !== APPEND || position[op] !== UNOBSERVED) continue;
      const owner = owners.get(key[op]!);
      if (owner !== undefined && owner !== t) return true;
      owners.set(key[op]!, t);
    }
  }
  return false;
}

function openQuestions({ scalarReads }: Transactions, { ambiguous }: VersionOrders): Reason[] {
  const reasons: Reason[] = [];
  if (ambiguous > 0) {
    reasons.push({
      code: 'not-unique',
      message: `${ambiguous} appends add an element that another append may have added to the same list as well, so that nobody can tell whose was read`,
      remedy: 'Append each element to a list only once.',
    });
  }
  if (scalarReads > 0) reasons.push({ code: 'not-a-list', message: `${scalarReads} reads returned something else than a list` });
  return reasons;
}
