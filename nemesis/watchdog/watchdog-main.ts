/**
 * The watchdog process. It lives in a session of its own, ignores the signals that end a run, and takes over when its
 * stdin ends without a goodbye: the run was killed. Its exit code: 0 nothing is left to undo, 1 something resisted.
 */
import type { UndoRegistry } from '../../harness/contracts/index.ts';
import { messageOf } from '../../harness/errors/ordeal-error.ts';
import { createRealClock } from '../../harness/time/real-clock.ts';
import { importUndo } from '../heal/undo-offline.ts';
import { type FromWatchdog, lineOf, lineReader, type ToWatchdog } from './protocol.ts';
import { Sentinel } from './sentinel.ts';

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
// whoever read them may be dead
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const clock = createRealClock();
/** Messages are dealt with one after the other: the first one waits for a module to load. */
let turn: Promise<void> = Promise.resolve();
let sentinel: Sentinel | undefined;
let farewell: 'none' | 'said' = 'none';

const say = (message: FromWatchdog): void => {
  process.stdout.write(lineOf(message));
};

async function hear(message: ToWatchdog): Promise<void> {
  switch (message.type) {
    case 'hello':
      try {
        const registry: UndoRegistry = await importUndo(message.undoModule);
        sentinel = new Sentinel({ journal: message.journal, registry, registration: message.registration, clock });
        sentinel.setTime(message.now);
        say({ type: 'ready' });
      } catch (error) {
        say({ type: 'unfit', message: messageOf(error) });
      }
      return;
    case 'entry':
      sentinel?.note(message.entry);
      if (sentinel) say({ type: 'held', ordinal: message.ordinal });
      return;
    case 'guard':
      sentinel?.guard(message.process);
      return;
    case 'release':
      sentinel?.release(message.process);
      return;
    case 'bye':
      farewell = 'said';
      return;
  }
}

async function end(): Promise<void> {
  const results = farewell === 'said' ? [] : ((await sentinel?.takeOver()) ?? []);
  process.exit(results.every((result) => result.status === 'undone') ? 0 : 1);
}

const read = lineReader<ToWatchdog>((message) => {
  turn = turn.then(() => hear(message));
});
let ended = false;
const endOnce = (): void => {
  if (ended) return;
  ended = true;
  turn = turn.then(end);
};
process.stdin.setEncoding('utf8').on('data', read).on('end', endOnce).on('error', endOnce).on('close', endOnce);
