/**
 * The engine for rows: inserted, written, deleted, read by key and by predicate, in a closed universe of keys (Adya 1999; the
 * idea of a closed universe is of elle.closed-predicate). What a predicate read does not return tells which versions it saw.
 */
import type { Budget, History, Reason } from '../../../harness/contracts/index.ts';
import { ask } from '../../verdict/exhausted.ts';
import type { Analysis } from '../analysis.ts';
import { anomaliesOf } from '../findings/anomalies-of.ts';
import { Findings } from '../findings/findings.ts';
import { TransactionNames } from '../findings/names.ts';
import { classifyCycles } from '../graph/classify.ts';
import { type Graph, GraphBuilder } from '../graph/dependency-graph.ts';
import { addProcessOrder, addRealtimeOrder } from '../graph/time-order.ts';
import { judgeModels } from '../models/judge.ts';
import { impliesModel, type ModelName } from '../models/models.ts';
import { Candidates } from './candidates.ts';
import type { RowTransactions } from './collect.ts';
import { type RowMaterial, readDependencies, writeDependencies } from './dependencies.ts';
import { RowEvidence } from './evidence.ts';
import { findInRowReads } from './findings-of-reads.ts';
import { guesses, inOrder } from './guess.ts';
import { type Guess, isMatchOf } from './row-reads.ts';
import { findRows } from './row-versions.ts';
import { hasSchedule, type OpenRead, type Schedule } from './schedule.ts';

/** Decided by cycles where every read says which version it saw. */
const DECIDED: ReadonlySet<ModelName> = new Set<ModelName>([
  'read-uncommitted',
  'read-committed',
  'cursor-stability',
  'repeatable-read',
  'consistent-view',
  'snapshot-isolation',
  'serializable',
  'strong-session-read-uncommitted',
  'strong-session-read-committed',
  'strong-session-snapshot-isolation',
  'strong-session-serializable',
  'strong-read-uncommitted',
  'strong-read-committed',
  'strong-snapshot-isolation',
  'strong-serializable',
]);

/** Throws BudgetExhausted where it found nothing before. */
export function analyseRows(history: History, transactions: RowTransactions, budget: Budget): Analysis {
  const names = new TransactionNames(transactions);
  const findings = new Findings();
  const rows = findRows(transactions);
  const material = { transactions, rows, candidates: new Candidates(transactions, rows) };
  findInRowReads({ ...material, names, findings });
  const { graph, dependencies, ofPredicates, open } = rowGraph(history, material, budget);
  const { cycles, undecided } = classifyCycles(graph, () => false, budget);
  const { anomalies, counts } = anomaliesOf(findings, cycles, transactions, new RowEvidence(material, names), names);
  // A read that no version explains has none in any order.
  const isExplained = !READS.some((type) => findings.has(type));
  const isWhole = open === 0 && rows.rows.every(({ isOrdered }) => isOrdered);
  const proved = isWhole || !isExplained ? new Set<ModelName>() : provedByGuess(history, material, budget);
  return {
    anomalies,
    counts,
    dependencies,
    undecided: [...undecided, ...openQuestions(transactions, ofPredicates)],
    doubts: open > 0 ? [{ code: 'versions-open', message: `${open} times a read does not say which version of a row it saw` }] : [],
    decides: (model) => isExplained && DECIDED.has(model) && (isWhole || proved.has(model)),
  };
}

/** Findings about reads that some models allow, though nothing explains them. */
const READS = ['predicate-read-miss', 'internal'];

/** Models that hold because some order of versions, and some versions that reads saw, leave no cycle that they forbid. */
function provedByGuess(history: History, material: RowMaterial, budget: Budget): ReadonlySet<ModelName> {
  const proved = new Set<ModelName>();
  const ordered = inOrder(material);
  if (ordered === undefined) return proved;
  for (const guessed of guesses(ordered)) {
    const { graph, open } = rowGraph(history, guessed, budget);
    if (open > 0) return proved;
    const { cycles, undecided } = classifyCycles(graph, () => false, budget);
    if (undecided.length > 0) continue;
    const { violated } = judgeModels(cycles.map(({ type }) => type));
    for (const model of DECIDED) if (!violated.has(model)) proved.add(model);
    if (cycles.length === 0) return proved;
  }
  for (const model of provedBySchedule(history, ordered, budget)) proved.add(model);
  return proved;
}

const SCHEDULES: readonly (readonly [ModelName, Schedule])[] = [
  ['strong-serializable', { shape: 'serial', order: 'realtime' }],
  ['serializable', { shape: 'serial', order: 'none' }],
  ['strong-snapshot-isolation', { shape: 'snapshot', order: 'realtime' }],
  ['snapshot-isolation', { shape: 'snapshot', order: 'none' }],
];

/** Models that hold because transactions can be carried out so that each read sees what it returned. */
function* provedBySchedule(history: History, ordered: RowMaterial, budget: Budget): Generator<ModelName> {
  const open = new Map<number, OpenRead[]>();
  // What holds whichever it was is known; which it was, is for the schedule to say.
  const guess: Guess = (row, runs, reader) => {
    open.set(reader, [...(open.get(reader) ?? []), { row, runs }]);
    return { first: runs[0]!.first, last: runs.at(-1)!.last };
  };
  const material = { ...ordered, guess };
  const { graph } = rowGraph(history, material, budget);
  for (const [model, schedule] of SCHEDULES) {
    if (!hasSchedule(graph, material, open, schedule)) continue;
    for (const weaker of DECIDED) if (impliesModel(model, weaker)) yield weaker;
  }
}

interface RowGraph {
  readonly graph: Graph;
  /** Between transactions, and those of them that are of rows which a predicate read did not return. */
  readonly dependencies: number;
  readonly ofPredicates: number;
  /** Reads that do not say which version they saw. */
  readonly open: number;
}

function rowGraph(history: History, material: RowMaterial, budget: Budget): RowGraph {
  const { transactions, rows } = material;
  const builder = new GraphBuilder(transactions.count, transactions.opCount * 2 + transactions.count * 3);
  let open = 0;
  let ofPredicates = 0;
  for (let t = 0; t < transactions.count; t++) {
    if ((t & 0xff) === 0) ask(budget, builder.bytes);
    for (const { from, to, kind, ofPredicate } of readDependencies(material, t, () => open++)) {
      builder.edge(from, to, kind);
      if (ofPredicate) ofPredicates++;
    }
  }
  for (let key = 0; key < transactions.keyCount; key++) for (const { from, to, kind } of writeDependencies(material, key)) builder.edge(from, to, kind);
  const dependencies = builder.edgeCount;
  addProcessOrder(builder, transactions, rows.committed);
  addRealtimeOrder(builder, transactions, rows.committed, history.columns);
  return { graph: builder.build(), dependencies, ofPredicates, open };
}

function openQuestions(transactions: RowTransactions, ofPredicates: number): Reason[] {
  const reasons: Reason[] = [];
  let strangers = 0;
  let predicateReads = 0;
  for (const ops of transactions.ops) {
    for (const op of ops) {
      if (op.f !== 'select') continue;
      predicateReads++;
      for (const value of op.found?.values() ?? []) if (!isMatchOf(transactions, transactions.predicates[op.predicate]!, value)) strangers++;
    }
  }
  if (strangers > 0) {
    reasons.push({ code: 'not-a-match', message: `predicate reads returned ${strangers} rows with a value that does not match the predicate` });
  }
  if (predicateReads > 0 && ofPredicates === 0) {
    reasons.push({
      code: 'no-predicate-dependencies',
      message: 'no predicate read missed a row that another transaction inserted, wrote or deleted, so predicates were not tested',
      remedy: 'Look for rows that others insert at the same time.',
    });
  }
  return reasons;
}
