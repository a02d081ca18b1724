/**
 * The engine for registers: reads and writes of values, of which the order of versions is not seen. What is certain makes
 * cycles, as for lists; what depends on the order of versions is asked of a polygraph.
 */
import type { Budget, History, Reason } from '../../../harness/contracts/index.ts';
import { ask } from '../../verdict/exhausted.ts';
import type { Analysis } from '../analysis.ts';
import { anomaliesOf } from '../findings/anomalies-of.ts';
import { Findings } from '../findings/findings.ts';
import { Names } from '../findings/names.ts';
import { classifyCycles } from '../graph/classify.ts';
import { GraphBuilder } from '../graph/dependency-graph.ts';
import { addProcessOrder, addRealtimeOrder } from '../graph/time-order.ts';
import type { ModelName } from '../models/models.ts';
import { groupByKey } from '../transactions/by-key.ts';
import type { Transactions } from '../transactions/columns.ts';
import { findInRegisterReads } from './findings-of-reads.ts';
import { addKnownDependencies, RegisterEvidence } from './known-dependencies.ts';
import { ALL_LEVELS, judgeLevels } from './levels.ts';
import { proveOperationLevels } from './operation-levels.ts';
import { judgeProcessViews } from './process-views.ts';
import { isStrictlySerial } from './replay.ts';
import { findInRegisterSessions } from './sessions.ts';
import { guessVersions } from './version-guess.ts';
import { findVersions } from './versions.ts';
import { judgeWeakLevels } from './weak-levels.ts';

/**
 * Models for which what is certain is all there is: versions can be put into an order that agrees with the order of reads, and
 * with lost updates apart each update can follow what it has read.
 */
const DECIDED: ReadonlySet<ModelName> = new Set<ModelName>([
  'read-uncommitted',
  'read-committed',
  'cursor-stability',
  'strong-session-read-uncommitted',
  'strong-session-read-committed',
  'strong-read-uncommitted',
  'strong-read-committed',
  'monotonic-reads',
  'monotonic-writes',
  'read-your-writes',
  'writes-follow-reads',
]);

/** Throws BudgetExhausted where it found nothing before. */
export function analyseRegisters(history: History, transactions: Transactions, budget: Budget): Analysis {
  const names = new Names(transactions);
  const findings = new Findings();
  const byKey = groupByKey(transactions);
  const versions = findVersions(transactions, byKey, budget);
  const builder = new GraphBuilder(transactions.count, transactions.opCount * 2 + transactions.count * 3);
  addKnownDependencies(builder, transactions, byKey, versions);
  const dependencies = builder.edgeCount + versions.ambiguousReads;
  ask(budget, builder.bytes);
  const guess = guessVersions(transactions, byKey, versions, history.columns.type.length, budget);
  // What one transaction after the other explains, in real time, has no anomaly at all.
  if (isStrictlySerial(transactions, versions.committed, guess.order)) return strictlySerial(transactions, dependencies);
  const material = { transactions, byKey, versions, names, guess };
  findInRegisterReads({ ...material, findings });
  findInRegisterSessions(material, findings);
  findings.alsoCall('G1a', 'failed-read');
  addProcessOrder(builder, transactions, versions.committed);
  addRealtimeOrder(builder, transactions, versions.committed, history.columns);
  const { cycles, undecided } = classifyCycles(builder.build(), () => false, budget);
  const certain = anomaliesOf(findings, cycles, transactions, new RegisterEvidence(transactions, versions, names), names);
  const levels = judgeLevels(material, history.columns, new Set(certain.counts.keys()), budget);
  const isSerial = levels.proved.has('strong-session-serializable');
  const weak = isSerial ? undefined : judgeWeakLevels(material, budget);
  const views = isSerial ? undefined : judgeProcessViews(material, budget);
  const ofOperations = isSerial ? undefined : proveOperationLevels(material, budget);
  const more = [...levels.anomalies, ...(weak?.anomalies ?? []), ...(views?.anomalies ?? [])];
  return {
    anomalies: [...certain.anomalies, ...more],
    counts: new Map([...certain.counts, ...more.map(({ type }): [string, number] => [type, 1])]),
    dependencies,
    undecided: [...undecided, ...openQuestions(transactions)],
    decides(model) {
      if (model === 'PRAM' || model === 'causal') return views?.isOpen === false && versions.ambiguous === 0;
      if (ofOperations?.has(model)) return true;
      return levels.proved.has(model) || weak?.proved.has(model) === true || (DECIDED.has(model) && versions.ambiguous === 0);
    },
    doubts: levels.undecided,
  };
}

function strictlySerial(transactions: Transactions, dependencies: number): Analysis {
  return {
    anomalies: [],
    counts: new Map(),
    dependencies,
    undecided: openQuestions(transactions),
    doubts: [],
    decides: (model) => ALL_LEVELS.has(model),
  };
}

function openQuestions({ listReads }: Transactions): Reason[] {
  return listReads > 0 ? [{ code: 'not-a-register', message: `${listReads} reads returned a list: registers of lists are not compared` }] : [];
}
