/** The engine for rows against the oracle on random small histories: no wrong verdict about any model, and every certificate holds. */
import type { Result } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { analyseHistory, judgeAnalysed } from '../checker.ts';
import { MODEL_NAMES, type ModelName } from '../models/models.ts';
import { type FuzzTally, monotone } from './against-oracle.ts';
import { allowedByModel, hasSerialOrder } from './oracle-rows.ts';
import { randomRows, rowHistory, type SmallRows } from './small-rows.ts';

/** What the oracle can decide. */
const ORACLES: Partial<Record<ModelName, (rows: SmallRows) => boolean>> = {
  'read-committed': (rows) => allowedByModel(rows, 'read-committed', 'none'),
  'repeatable-read': (rows) => allowedByModel(rows, 'repeatable-read', 'none'),
  'consistent-view': (rows) => allowedByModel(rows, 'consistent-view', 'none'),
  'snapshot-isolation': (rows) => allowedByModel(rows, 'snapshot-isolation', 'none'),
  'strong-snapshot-isolation': (rows) => allowedByModel(rows, 'snapshot-isolation', 'realtime'),
  serializable: (rows) => agreed(rows, 'none'),
  'strong-session-serializable': (rows) => agreed(rows, 'process'),
  'strong-serializable': (rows) => agreed(rows, 'realtime'),
};

/** A graph without cycles is a serial order; the other way round blind writes may make a difference. */
function agreed(rows: SmallRows, order: 'none' | 'process' | 'realtime'): boolean {
  const allowed = allowedByModel(rows, 'serializable', order);
  if (allowed !== hasSerialOrder(rows, order)) throw new Error(`the oracles differ: ${String(allowed)} by graphs`);
  return allowed;
}

/** Throws an Error with the history at the first disagreement. */
export function fuzzRows(cases: number, seed: string, most: number): FuzzTally {
  const tally: FuzzTally = { valid: 0, invalid: 0, unknown: 0, certificates: 0 };
  for (let i = 0; i < cases; i++) {
    const rows = randomRows(createRng(seed).fork(i), most);
    try {
      compare(rows, tally);
    } catch (error) {
      throw new Error(`seed ${seed}, history ${i}: ${String(error)}\n${inLines(rows)}`, { cause: error });
    }
  }
  return tally;
}

function compare(rows: SmallRows, tally: FuzzTally): void {
  const history = rowHistory(rows);
  const { analysis, ...analysed } = analyseHistory(history, 'predicate', UNLIMITED);
  // That nothing was tested is no matter here.
  const undecided = analysis!.undecided.filter(({ code }) => code !== 'no-predicate-dependencies');
  const verdicts = new Map<ModelName, Result['valid']>();
  const verified = new Set<string>();
  for (const model of MODEL_NAMES) {
    const result = judgeAnalysed({ ...analysed, analysis: { ...analysis!, undecided } }, [model], []);
    verdicts.set(model, result.valid);
    for (const anomaly of result.valid === false ? result.anomalies : []) {
      if (verified.has(anomaly.sentence)) continue;
      verified.add(anomaly.sentence);
      const { ok, why } = verifyCertificate(history, anomaly);
      if (!ok) throw new Error(`the certificate of "${anomaly.sentence}" does not hold: ${why}`);
      tally.certificates++;
    }
  }
  for (const [model, oracle] of Object.entries(ORACLES) as [ModelName, (rows: SmallRows) => boolean][]) {
    const verdict = verdicts.get(model)!;
    if (verdict === 'unknown') tally.unknown++;
    else if (oracle(rows) !== verdict) throw new Error(`${model} is ${!verdict}, the checker says ${verdict}`);
    else if (verdict) tally.valid++;
    else tally.invalid++;
  }
  monotone(verdicts, (what) => new Error(what));
}

function inLines({ initial, transactions }: SmallRows): string {
  const plain = (one: unknown): unknown => (one instanceof Map ? Object.fromEntries(one) : one);
  return [initial, ...transactions].map((one) => JSON.stringify(one, (_, value: unknown) => plain(value))).join('\n');
}
