/** The worker thread of a simulated run. Everything is loaded before the simulator opens: nothing may be loaded during a run. */
import { parentPort, workerData } from 'node:worker_threads';
import { isOrdealError, messageOf } from '../../harness/errors/ordeal-error.ts';
import { runFolderAt } from '../../harness/store/index.ts';
import { installEscapeGuard } from '../../targets/hosts/sim/index.ts';
import { resolvePlan } from '../resolve.ts';
import { conduct } from './conduct.ts';
import type { SimMessage, SimTask } from './sim-conductor.ts';

const send = (message: SimMessage): void => parentPort?.postMessage(message);
const interruption = new AbortController();
parentPort?.on('message', () => interruption.abort(new Error('interrupted')));

async function main(task: SimTask): Promise<void> {
  const resolved = await resolvePlan(task.plan);
  const conducted = await conduct({
    plan: task.plan,
    resolved,
    provisioned: task.provisioned,
    folder: runFolderAt(task.folder),
    runId: 'sim',
    signal: interruption.signal,
    onEvent: (event) => send({ type: 'event', event }),
    guard: installEscapeGuard,
  });
  send({ type: 'conducted', conducted });
}

main(workerData as SimTask).catch((error: unknown) => {
  if (!isOrdealError(error))
    return send({ type: 'error', code: 'ORDEAL_INTERNAL', details: { what: error instanceof Error ? (error.stack ?? error.message) : messageOf(error) } });
  const { code, what, where, remedy } = error;
  return send({ type: 'error', code, details: { what, remedy, ...(where !== undefined && { where }) } });
});
