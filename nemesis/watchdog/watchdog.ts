/** The run's side of its watchdog: starts it, tells it everything, starts it again when it dies (rule 12). */
import type { Clock, JournalEntry, Ns } from '../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { ms } from '../../harness/time/units.ts';
import type { Guard } from '../executor/request.ts';
import type { Registration } from '../heal/runs-registry.ts';
import type { ProcessIdentity } from '../journal/owner.ts';
import { startChild, type WatchdogChild } from './child.ts';

const ANSWER_DEADLINE: Ns = ms(3_000);
const START_DEADLINE: Ns = ms(10_000);
const HEAL_DEADLINE: Ns = ms(30_000);
const MOST_STARTS = 4;

export interface WatchdogRequest {
  /** The journal's clock, real. */
  readonly clock: Clock;
  /** Path of the journal. */
  readonly journal: string;
  /** Url of the module whose export `undo` undoes changes by kind. */
  readonly undoModule: string;
  readonly registration?: Registration;
  /** How long an answer may take before the watchdog is taken for dead. */
  readonly answerDeadline?: Ns;
  /** File that takes the watchdog's complaints; none where absent. */
  readonly log?: string;
}

export interface Watchdog extends Guard {
  readonly pid: number | undefined;
  /** That process is killed when this one dies (rule 21). */
  guard(process: ProcessIdentity): void;
  /** That process has ended, or may live on. */
  release(process: ProcessIdentity): void;
  /** Lets the watchdog go; what is still open it undoes first. `failed` when something resisted, or it died. Never rejects. */
  close(): Promise<'nothing-left' | 'healed' | 'failed'>;
}

/** Starts the watchdog and waits until it can undo. Rejects with ORDEAL_CHILD_FAILED. */
export async function startWatchdog(request: WatchdogRequest): Promise<Watchdog> {
  const watchdog = new RunWatchdog(request);
  await watchdog.start();
  return watchdog;
}

class RunWatchdog implements Watchdog {
  readonly #request: WatchdogRequest;
  readonly #open = new Map<string, JournalEntry>();
  readonly #guarded = new Map<string, ProcessIdentity>();
  #child: WatchdogChild | undefined;
  #starting: Promise<WatchdogChild> | undefined;
  #starts = 0;
  #closing = false;
  readonly #answerDeadline: Ns;

  constructor(request: WatchdogRequest) {
    this.#request = request;
    this.#answerDeadline = request.answerDeadline ?? ANSWER_DEADLINE;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    await this.#living();
  }

  async tell(entry: JournalEntry): Promise<void> {
    if (entry.type === 'planned') this.#open.set(entry.change.id, entry);
    else if (entry.type === 'undone' && entry.evidence.holds) this.#open.delete(entry.change);
    const child = await this.#living();
    try {
      await child.deliver(entry, this.#answerDeadline);
    } catch {
      child.kill();
      // the new one is told everything that is open, this entry with it
      await this.#living();
    }
  }

  guard(process: ProcessIdentity): void {
    this.#guarded.set(`${process.pid}@${process.startTime}`, process);
    this.#child?.send({ type: 'guard', process });
    this.#request.registration?.update([...this.#guarded.values()]);
  }

  release(process: ProcessIdentity): void {
    this.#guarded.delete(`${process.pid}@${process.startTime}`);
    this.#child?.send({ type: 'release', process });
    this.#request.registration?.update([...this.#guarded.values()]);
  }

  async close(): Promise<'nothing-left' | 'healed' | 'failed'> {
    const clean = this.#open.size === 0;
    try {
      const child = await this.#living();
      this.#closing = true;
      const code = await child.end(clean ? 'bye' : 'heal', HEAL_DEADLINE);
      if (!clean) return code === 0 ? 'healed' : 'failed';
    } catch {
      this.#closing = true;
      if (!clean) return 'failed';
    }
    this.#request.registration?.remove();
    return 'nothing-left';
  }

  /** The child that lives now, started (again) where there is none. */
  #living(): Promise<WatchdogChild> {
    if (this.#child?.alive) return Promise.resolve(this.#child);
    this.#starting ??= this.#startOne().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #startOne(): Promise<WatchdogChild> {
    if (this.#closing) throw gone('it was let go');
    if (this.#starts >= MOST_STARTS) throw gone(`it died ${this.#starts} times`);
    this.#starts++;
    const { clock, journal, undoModule, registration, log } = this.#request;
    const child = startChild(clock, log);
    try {
      await child.greet({ type: 'hello', journal, undoModule, now: clock.now(), registration: registration?.path ?? '' }, START_DEADLINE);
      for (const process of this.#guarded.values()) child.send({ type: 'guard', process });
      for (const entry of this.#open.values()) await child.deliver(entry, this.#answerDeadline);
    } catch (error) {
      child.kill();
      throw gone(messageOf(error));
    }
    this.#child = child;
    child.onExit(() => {
      if (!this.#closing) this.#living().catch(() => undefined);
    });
    return child;
  }
}

function gone(what: string): OrdealError {
  return new OrdealError('ORDEAL_CHILD_FAILED', { what: `the watchdog cannot be kept: ${what}`, where: 'watchdog' });
}
