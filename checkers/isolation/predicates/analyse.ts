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
import { GraphBuilder } from '../graph/dependency-graph.ts';
import { addProcessOrder, addRealtimeOrder } from '../graph/time-order.ts';
import type { ModelName } from '../models/models.ts';
import { Candidates } from './candidates.ts';
import type { RowTransactions } from './collect.ts';
import { readDependencies, writeDependencies } from './dependencies.ts';
import { RowEvidence } from './evidence.ts';
import { findInRowReads } from './findings-of-reads.ts';
import { isMatchOf } from './row-reads.ts';
import { findRows } from './row-versions.ts';

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
  const builder = new GraphBuilder(transactions.count, transactions.opCount * 2 + transactions.count * 3);
  let open = 0;
  for (let t = 0; t < transactions.count; t++) {
    if ((t & 0xff) === 0) ask(budget, builder.bytes);
    for (const { from, to, kind } of readDependencies(material, t, () => open++)) builder.edge(from, to, kind);
  }
  for (let key = 0; key < transactions.keyCount; key++) for (const { from, to, kind } of writeDependencies(material, key)) builder.edge(from, to, kind);
  const dependencies = builder.edgeCount;
  addProcessOrder(builder, transactions, rows.committed);
  addRealtimeOrder(builder, transactions, rows.committed, history.columns);
  const { cycles, undecided } = classifyCycles(builder.build(), () => false, budget);
  const { anomalies, counts } = anomaliesOf(findings, cycles, transactions, new RowEvidence(material, names), names);
  const isWhole = open === 0 && rows.rows.every(({ isOrdered }) => isOrdered) && !findings.has('predicate-read-miss');
  return {
    anomalies,
    counts,
    dependencies,
    undecided: [...undecided, ...openQuestions(transactions)],
    doubts: open > 0 ? [{ code: 'versions-open', message: `${open} times a read does not say which version of a row it saw` }] : [],
    decides: (model) => isWhole && DECIDED.has(model),
  };
}

function openQuestions(transactions: RowTransactions): Reason[] {
  let strangers = 0;
  for (const ops of transactions.ops) {
    for (const op of ops) {
      if (op.f !== 'select') continue;
      for (const value of op.found?.values() ?? []) if (!isMatchOf(transactions, transactions.predicates[op.predicate]!, value)) strangers++;
    }
  }
  if (strangers === 0) return [];
  return [{ code: 'not-a-match', message: `predicate reads returned ${strangers} rows with a value that does not match the predicate` }];
}
