/** Conducts a run on the simulator: in a worker thread of its own, where the real world's time and chance are shut off. */
import { entryUrl, startWorker } from '../../harness/entry/entry.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import type { RunEvent } from '../../harness/lifecycle/index.ts';
import type { Conducted } from './conduct.ts';
import type { ConductorMessage, ConductorTask } from './conductor-messages.ts';

/** Rejects with the OrdealError that ended the worker. */
export function conductInWorker(task: ConductorTask, signal: AbortSignal, onEvent: (event: RunEvent) => void): Promise<Conducted> {
  const worker = startWorker(entryUrl(import.meta.url, './sim-worker'), { workerData: task });
  const onAbort = (): void => worker.postMessage('abort');
  return new Promise<Conducted>((resolve, reject) => {
    worker.on('message', (message: ConductorMessage) => {
      if (message.type === 'event') onEvent(message.event);
      else if (message.type === 'conducted') resolve(message.conducted);
      else if (message.type === 'gave-up') reject(signal.reason);
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
