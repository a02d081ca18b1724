/** The case of a conviction about transactions as a file of its own: `ordeal check` convicts it of the same again. */
import { UNLIMITED } from '../../checkers/budget/budget.ts';
import { extractCase } from '../../checkers/isolation/extract/extract-case.ts';
import { modelNamed } from '../../checkers/isolation/models/models.ts';
import type { History } from '../../harness/contracts/index.ts';
import { encodeEvent } from '../../harness/history/index.ts';
import type { CheckedFile, CheckFilesRequest } from './check-files.ts';

const DEFAULT_MODELS = ['strict-serializable'];

/**
 * Lines of JSON, one for each event: the fewest transactions and micro-operations that were found to be convicted of the first anomaly.
 * Undefined where the isolation of transactions was not what was convicted, or no part of the history is convicted by itself.
 */
export function extractedCase({ results }: CheckedFile, history: History, asked: CheckFilesRequest['isolation']): string | undefined {
  const result = results.find(({ checker, valid }) => checker === 'isolation' && valid === false);
  if (result?.valid !== false) return undefined;
  const models = (asked?.consistencyModels ?? DEFAULT_MODELS).map((name) => modelNamed(name)!);
  for (const anomaly of result.anomalies) {
    const found = extractCase(history, anomaly, asked?.workload ?? 'auto', models, UNLIMITED);
    if (found !== undefined) return found.events.map((event) => `${encodeEvent(event.index, event)}\n`).join('');
  }
  return undefined;
}
