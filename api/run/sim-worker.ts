/** The worker thread of a simulated run. Everything is loaded before the simulator opens: nothing may be loaded during a run. */
import { parentPort, workerData } from 'node:worker_threads';
import { runFolderAt } from '../../harness/store/index.ts';
import { installEscapeGuard } from '../../targets/hosts/sim/index.ts';
import { resolvePlan } from '../resolve.ts';
import { conduct } from './conduct.ts';
import { type ConductorMessage, type ConductorTask, errorMessage } from './conductor-messages.ts';

const send = (message: ConductorMessage): void => parentPort?.postMessage(message);
const interruption = new AbortController();
parentPort?.on('message', () => interruption.abort(new Error('interrupted')));

async function main(task: ConductorTask): Promise<void> {
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

main(workerData as ConductorTask).catch((error: unknown) => send(errorMessage(error)));
