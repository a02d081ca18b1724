/** The process of a run that is conducted where a host's command put it. One task comes over the channel; when the channel ends, the harness is gone. */
import { runFolderAt } from '../../harness/store/index.ts';
import { resolvePlan } from '../resolve.ts';
import { conduct } from './conduct.ts';
import { type ConductorMessage, errorMessage } from './conductor-messages.ts';
import type { ProcessTask } from './process-conductor.ts';

const send = (message: ConductorMessage): Promise<void> =>
  new Promise((resolve) => (process.connected ? process.send?.(message, undefined, undefined, () => resolve()) : resolve()));
const interruption = new AbortController();
const reason = new Error('interrupted');
/** As a `kill -9` of the harness would: the watchdog undoes the rest. */
const die = (): void => void process.kill(process.pid, 'SIGKILL');

process.once('disconnect', die);
process.on('message', (message: ProcessTask | 'abort') => {
  if (message === 'abort') interruption.abort(reason);
  else void run(message).then(takeLeave);
});

async function run({ plan, provisioned, folder, runId, startedAt }: ProcessTask): Promise<void> {
  try {
    const resolved = await resolvePlan(plan);
    const conducted = await conduct({
      plan,
      resolved,
      provisioned,
      folder: runFolderAt(folder),
      runId,
      startedAt,
      signal: interruption.signal,
      onEvent: (event) => void send({ type: 'event', event }),
    });
    await send({ type: 'conducted', conducted });
  } catch (error) {
    await send(error === reason ? { type: 'gave-up' } : errorMessage(error));
  }
}

/** The harness hangs up when it has heard everything. */
function takeLeave(): void {
  process.off('disconnect', die);
  if (!process.connected) process.exit(0);
  process.once('disconnect', () => process.exit(0));
}
