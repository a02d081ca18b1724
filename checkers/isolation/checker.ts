/**
 * The checker `isolation`: which isolation levels a history of transactions refutes. Engines by workload; one verdict about the
 * models that were asked for, and what the anomalies say of all others.
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { FAIL, INFO, OK } from '../../harness/history/columns.ts';
import type { Analysis } from './analysis.ts';
import { analyseLists } from './list-append/analyse.ts';
import { impliedAnomalies, WEAK_ANOMALIES } from './models/anomalies.ts';
import { judgeModels, type ModelJudgement, violatedBy } from './models/judge.ts';
import { forbiddenBy, impliesModel, MODEL_NAMES, type ModelName, modelNamed } from './models/models.ts';
import { analyseRows } from './predicates/analyse.ts';
import { collectRowTransactions, hasRows } from './predicates/collect.ts';
import { analyseRegisters } from './register/analyse.ts';
import { collectTransactions } from './transactions/collect.ts';
import { APPEND, type TransactionRows, type Transactions, WRITE } from './transactions/columns.ts';

/** More operations of other kinds than this share are a mistake of usage. */
const FOREIGN_SHARE = 0.01;
const DEFAULT_MODEL = 'strict-serializable';

const options = z.strictObject({
  workload: z
    .enum(['auto', 'list-append', 'rw-register', 'predicate'])
    .default('auto')
    .describe(
      'What micro-operations do: append to lists, write registers, or insert, write and delete rows that are read by predicates as well. By default what the history has.',
    ),
  consistencyModels: z
    .array(z.string())
    .optional()
    .describe('Models that must hold, by any of their usual names: serializable, PL-3, snapshot-isolation, … By default strict-serializable.'),
  anomalies: z.array(z.string()).default([]).describe('Anomalies that must not occur, besides those that the models forbid.'),
});

export type IsolationOptions = z.infer<typeof options>;

/** See the head of the file. Throws ORDEAL_UNKNOWN_MODEL; ORDEAL_FOREIGN_HISTORY when more than 1 % of the operations are no transactions. */
export const isolation: Checker<IsolationOptions> = {
  name: 'isolation',
  summary: 'Transactions are isolated as the model promises: no dirty, skewed or stale reads, no lost updates, no write skew.',
  options,
  check(history: History, asked: IsolationOptions, budget: Budget): Result {
    const models = requestedModels(asked);
    return judgeAnalysed(analyseHistory(history, asked.workload, budget), models, asked.anomalies);
  },
};

/** A history once looked at, about which any models can be asked. */
export interface AnalysedHistory {
  readonly transactions: TransactionRows;
  /** Undefined where there are no transactions. */
  readonly analysis: Analysis | undefined;
  /** What was found says of all models. */
  readonly judgement: ModelJudgement;
}

/** Finds everything that can be found. Throws ORDEAL_FOREIGN_HISTORY, BudgetExhausted. */
export function analyseHistory(history: History, workload: IsolationOptions['workload'], budget: Budget): AnalysedHistory {
  if (workload === 'predicate' || (workload === 'auto' && hasRows(history))) {
    const rows = collectRowTransactions(history, budget);
    return analysed(rows, () => analyseRows(history, rows, budget));
  }
  const transactions = collectTransactions(history, budget);
  return analysed(transactions, () => (workloadOf(transactions, workload) === 'list-append' ? analyseLists : analyseRegisters)(history, transactions, budget));
}

function analysed(transactions: TransactionRows, analyse: () => Analysis): AnalysedHistory {
  refuseForeign(transactions);
  if (transactions.count === 0) return { transactions, analysis: undefined, judgement: judgeModels([]) };
  const analysis = analyse();
  return { transactions, analysis, judgement: judgeModels(analysis.counts.keys()) };
}

/** The verdict about some models, and anomalies besides. */
export function judgeAnalysed({ transactions, analysis, judgement }: AnalysedHistory, models: readonly ModelName[], anomalies: readonly string[]): Result {
  if (analysis !== undefined) return verdict({ transactions, analysis, judgement }, models, anomalies);
  return unknown(transactions, [{ code: 'nothing-checked', message: 'the history has no transactions' }]);
}

function requestedModels({ consistencyModels, anomalies }: IsolationOptions): ModelName[] {
  const names = consistencyModels ?? (anomalies.length > 0 ? [] : [DEFAULT_MODEL]);
  return names.map((name) => {
    const model = modelNamed(name);
    if (model !== undefined) return model;
    throw new OrdealError('ORDEAL_UNKNOWN_MODEL', {
      what: `there is no consistency model "${name}"; known: ${MODEL_NAMES.join(', ')}`,
      where: 'consistencyModels',
      value: name,
      remedy: 'Choose one of these.',
    });
  });
}

function refuseForeign({ count, foreign }: TransactionRows): void {
  if (foreign <= (count + foreign) * FOREIGN_SHARE) return;
  throw new OrdealError('ORDEAL_FOREIGN_HISTORY', {
    what: `${foreign} of ${count + foreign} operations are no transactions: lists of ["append", key, element], ["r", key, list], ["w", key, value], or with rows ["insert", key, value], ["delete", key], ["rp", predicate, rows]`,
  });
}

function workloadOf({ kind, listReads }: Transactions, asked: IsolationOptions['workload']): 'list-append' | 'rw-register' {
  if (asked === 'list-append' || asked === 'rw-register') return asked;
  if (kind.includes(APPEND)) return 'list-append';
  return kind.includes(WRITE) || listReads === 0 ? 'rw-register' : 'list-append';
}

function verdict(
  { transactions, analysis, judgement }: AnalysedHistory & { readonly analysis: Analysis },
  models: readonly ModelName[],
  anomalies: readonly string[],
): Result {
  const forbidden = new Set([...anomalies, ...models.flatMap((model) => [...forbiddenBy(model)])]);
  const relevant = (type: string): boolean => [...impliedAnomalies(type)].some((one) => forbidden.has(one));
  const all = analysis.anomalies.filter(({ type }) => relevant(type));
  const usual = all.filter(({ type }) => !WEAK_ANOMALIES.has(type));
  const [first, ...others] = usual.length > 0 ? usual : all;
  const stats = { ...statsOf(transactions), ...modelStats(analysis, judgement, models) };
  const reasons = [...openQuestions(transactions, analysis), ...undecidedModels(analysis, judgement, models)];
  const [reason, ...more] = reasons;
  const undecided = reason === undefined ? {} : { undecided: reasons };
  if (first !== undefined) return { checker: 'isolation', valid: false, anomalies: telling(first, others), stats, ...undecided };
  if (reason !== undefined) return { checker: 'isolation', valid: 'unknown', reasons: [reason, ...more], stats };
  return { checker: 'isolation', valid: true, stats };
}

/** What refutes the weakest models comes first. */
function telling(first: Anomaly, others: readonly Anomaly[]): [Anomaly, ...Anomaly[]] {
  if (others.length === 0) return [first];
  const sorted = [first, ...others].sort((a, b) => violatedBy(b.type).size - violatedBy(a.type).size);
  return sorted as [Anomaly, ...Anomaly[]];
}

function openQuestions(transactions: TransactionRows, analysis: Analysis): Reason[] {
  const reasons = [...analysis.undecided];
  if (transactions.foreign > 0)
    reasons.push({ code: 'foreign-operations', message: `${transactions.foreign} operations are no transactions and were left out` });
  if (analysis.dependencies === 0) {
    reasons.push({
      code: 'no-dependencies',
      message: 'no transaction saw or overwrote what another one wrote, so nothing was tested',
      remedy: 'Read what is written, on few keys.',
    });
  }
  return reasons;
}

/** Models that are asked for, not refuted, and not decided: neither themselves nor by a stronger one that nothing refutes. */
function undecidedModels(analysis: Analysis, { violated }: ModelJudgement, models: readonly ModelName[]): Reason[] {
  const holds = (model: ModelName): boolean =>
    MODEL_NAMES.some((stronger) => !violated.has(stronger) && impliesModel(stronger, model) && analysis.decides(stronger));
  const open = models.filter((model) => !violated.has(model) && !holds(model));
  if (open.length === 0) return [];
  return [
    ...open.map((model) => ({ code: 'not-decided', message: `nothing found refutes ${model}, but not everything that would refute it was looked for` })),
    ...analysis.doubts,
  ];
}

function statsOf({ count, outcome, opCount, keyCount }: TransactionRows): { [name: string]: Value } {
  const ended = [0, 0, 0, 0];
  for (let t = 0; t < count; t++) ended[outcome[t]!]!++;
  return { transactions: count, ok: ended[OK]!, failed: ended[FAIL]!, unknown: ended[INFO]!, microOperations: opCount, keys: keyCount };
}

function modelStats(analysis: Analysis, { not, alsoNot, mayHold }: ModelJudgement, models: readonly ModelName[]): { [name: string]: Value } {
  return {
    models: [...models],
    dependencies: analysis.dependencies,
    found: Object.fromEntries(analysis.counts),
    not: [...not],
    alsoNot: [...alsoNot],
    mayHold: [...mayHold],
  };
}

function unknown(transactions: TransactionRows, reasons: [Reason, ...Reason[]]): Result {
  return { checker: 'isolation', valid: 'unknown', reasons, stats: statsOf(transactions) };
}
