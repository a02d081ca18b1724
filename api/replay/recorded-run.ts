/**
 * The operations of a run that was, as a generator: every invocation of clients and nemesis again, by the same process, at
 * the same time, in the same order. Replay never regenerates.
 */
import type { Event, GenContext, Generator, History, Invocation, Ns, Process, Scheduled, Step } from '../../harness/contracts/index.ts';
import { readHistory } from '../../harness/history/index.ts';
import { runFolderAt } from '../../harness/store/index.ts';

interface Recorded {
  /** When it was invoked, ns since the start of the workload. */
  readonly at: Ns;
  readonly op: Scheduled<Invocation>;
}

/** Reads a run folder. Final reads are not among what is fed again: the lifecycle asks them itself. Throws what `readHistory` throws. */
export async function recordedRun(folder: string): Promise<{ readonly generator: Generator }> {
  const { history } = await readHistory(runFolderAt(folder).history, { strictness: 'strict' });
  return { generator: new RecordedRun(recordedIn(history), 0) };
}

interface Recording {
  readonly invocations: readonly Recorded[];
  /** When the workload phase was over, drained: ns since its start. */
  readonly end: Ns;
}

function recordedIn(history: History): Recording {
  const recorded: Recorded[] = [];
  let end = 0;
  let origin: number | undefined;
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    if (event.f === 'phase' && event.process === 'observer:lifecycle') {
      if (event.value === 'workload') origin = event.time;
      else if (origin !== undefined) {
        end = event.time - origin;
        break;
      }
    } else if (origin !== undefined && event.type === 'invoke') recorded.push(recordedOf(event, origin));
  }
  return { invocations: recorded, end: end as Ns };
}

function recordedOf(event: Event, origin: number): Recorded {
  const { f, key, value, process, time, scheduled } = event;
  const at = (time - origin) as Ns;
  return { at, op: { f, ...(key !== undefined && { key }), value, process, time: scheduled === undefined ? at : ((scheduled - origin) as Ns) } };
}

class RecordedRun implements Generator {
  readonly #recording: Recording;
  readonly #next: number;

  constructor(recording: Recording, next: number) {
    this.#recording = recording;
    this.#next = next;
  }

  op(context: GenContext): Step {
    const { invocations, end } = this.#recording;
    const recorded = invocations[this.#next];
    if (!recorded) return context.now < end ? { kind: 'pending', wakeAt: end } : { kind: 'done' };
    if (context.now < recorded.at) return { kind: 'pending', wakeAt: recorded.at };
    if (!isFree(context, recorded.op.process)) return { kind: 'pending' };
    return { kind: 'op', op: recorded.op, next: new RecordedRun(this.#recording, this.#next + 1) };
  }

  update(): Generator {
    return this;
  }
}

function isFree(context: GenContext, process: Process): boolean {
  return context.threads.some((thread) => context.processOf(thread) === process && context.isFree(thread));
}
