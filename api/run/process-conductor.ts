/**
 * Conducts a run in a process that a host's command starts (rule 19): what is provisioned, judged and shown stays here, with
 * the terminal and its signals. When this process dies that one does too, and its watchdog undoes what it had done.
 */
import { entryUrl, startChild } from '../../harness/entry/entry.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import type { RunEvent } from '../../harness/lifecycle/index.ts';
import type { Conducted } from './conduct.ts';
import type { ConductorMessage, ConductorTask } from './conductor-messages.ts';

export interface ProcessTask extends ConductorTask {
  readonly runId: string;
  readonly startedAt: string;
}

/** Rejects with the OrdealError that ended it, ORDEAL_CHILD_FAILED when it was killed, or the signal's reason where it gave up because of that. */
export async function conductInProcess(
  inside: readonly string[],
  task: ProcessTask,
  signal: AbortSignal,
  onEvent: (event: RunEvent) => void,
): Promise<Conducted> {
  // a session of its own: a Ctrl-C at the terminal is for us, who tell it to stop
  const child = startChild(entryUrl(import.meta.url, './process-conductor-main'), [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
    detached: true,
    inside,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const onAbort = (): void => void child.send('abort', () => {});
  try {
    return await new Promise<Conducted>((resolve, reject) => {
      child.on('message', (message: ConductorMessage) => {
        if (message.type === 'event') onEvent(message.event);
        else if (message.type === 'conducted') resolve(message.conducted);
        else if (message.type === 'gave-up') reject(signal.reason);
        else reject(new OrdealError(message.code, message.details));
      });
      child.once('error', reject);
      child.once('exit', (code, how) =>
        reject(
          new OrdealError('ORDEAL_CHILD_FAILED', {
            what: `the process that conducts the run ended (${how ?? `exit ${code}`}) and had no result`,
            remedy: 'Its watchdog has undone what it had done; `ordeal heal` looks once more.',
          }),
        ),
      );
      child.send(task, (error) => error && reject(error));
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    // it waits for this, so that its end never overtakes its last message; everything in it is taken down by then
    if (child.connected) child.disconnect();
    if (child.pid !== undefined) await ended;
  }
}
