/** Many seeds of an incident's variant: how often it is convicted, and of what. */
import { entryUrl, startWorker } from '../../harness/entry/entry.ts';
import type { OrdealErrorCode } from '../../harness/errors/codes.ts';
import { OrdealError, type OrdealErrorDetails } from '../../harness/errors/ordeal-error.ts';
import type { Incident, Variant } from '../../incidents/stage/incident.ts';

export interface TrialsTask {
  readonly id: string;
  readonly variant: Variant;
  readonly seeds: readonly (number | string)[];
}

export interface Trial {
  readonly seed: number | string;
  readonly valid: boolean | 'unknown';
  readonly sentence: string;
  /** `checker/anomaly`, each once. */
  readonly anomalies: readonly string[];
  readonly okShare: number;
  /** Faults that were not seen to bite, or not seen to be healed. */
  readonly unproven: number;
}

export type TrialsMessage =
  | { readonly type: 'trial'; readonly trial: Trial }
  | { readonly type: 'done' }
  | { readonly type: 'error'; readonly code: OrdealErrorCode; readonly details: OrdealErrorDetails };

/** One after the other in a worker thread. Rejects with the OrdealError that ended it. */
export function runTrials(task: TrialsTask, onTrial: (trial: Trial) => void = () => undefined): Promise<readonly Trial[]> {
  const worker = startWorker(entryUrl(import.meta.url, './trial-worker'), { workerData: task });
  const trials: Trial[] = [];
  return new Promise<readonly Trial[]>((resolve, reject) => {
    worker.on('message', (message: TrialsMessage) => {
      if (message.type === 'done') return resolve(trials);
      if (message.type === 'error') return reject(new OrdealError(message.code, message.details));
      trials.push(message.trial);
      onTrial(message.trial);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new OrdealError('ORDEAL_INTERNAL', { what: `the worker of the trials ended with ${code} and no result` })));
  }).finally(() => worker.terminate());
}

/** Whether a trial went as the catalogue says: the broken variant convicted of its anomaly, the fixed one passing. */
export function asExpected({ anomaly }: Incident, variant: Variant, { valid, anomalies, unproven }: Trial): boolean {
  if (unproven > 0) return false;
  return variant === 'fixed' ? valid === true : valid === false && anomalies.includes(`side-effects/${anomaly}`);
}
