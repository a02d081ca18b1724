/** Conducts a run on the simulator: in a worker thread of its own, where the real world's time and chance are shut off. */
import type { Value } from '../../harness/contracts/index.ts';
import { entryUrl, startWorker } from '../../harness/entry/entry.ts';
import type { OrdealErrorCode } from '../../harness/errors/codes.ts';
import { OrdealError, type OrdealErrorDetails } from '../../harness/errors/ordeal-error.ts';
import type { RunEvent } from '../../harness/lifecycle/index.ts';
import type { RunPlan } from '../plans/plan.ts';
import type { Conducted } from './conduct.ts';

export interface SimTask {
  readonly plan: RunPlan;
  readonly provisioned: Value;
  readonly folder: string;
}

export type SimMessage =
  | { readonly type: 'event'; readonly event: RunEvent }
  | { readonly type: 'conducted'; readonly conducted: Conducted }
  | { readonly type: 'error'; readonly code: OrdealErrorCode; readonly details: OrdealErrorDetails };

/** Rejects with the OrdealError that ended the worker. */
export function conductInWorker(task: SimTask, signal: AbortSignal, onEvent: (event: RunEvent) => void): Promise<Conducted> {
  const worker = startWorker(entryUrl(import.meta.url, './sim-worker'), { workerData: task });
  const onAbort = (): void => worker.postMessage('abort');
  return new Promise<Conducted>((resolve, reject) => {
    worker.on('message', (message: SimMessage) => {
      if (message.type === 'event') onEvent(message.event);
      else if (message.type === 'conducted') resolve(message.conducted);
      else reject(new OrdealError(message.code, message.details));
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new OrdealError('ORDEAL_INTERNAL', { what: `the simulator's worker ended with ${code} and no result` })));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  }).finally(() => {
    signal.removeEventListener('abort', onAbort);
    return worker.terminate();
  });
}
