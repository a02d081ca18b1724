/** One watchdog process, seen from the run: lines go to it, its answers come back, its end is noticed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Clock, JournalEntry, Ns } from '../../harness/contracts/index.ts';
import { entryPath } from '../../harness/entry/entry-url.ts';
import { within } from '../../harness/lifecycle/deadline.ts';
import { type FromWatchdog, lineOf, lineReader, type ToWatchdog } from './protocol.ts';

/** Starts a watchdog in a session of its own, so that no terminal signal reaches it. */
export function startChild(clock: Clock, log: string | undefined): WatchdogChild {
  const stderr = log === undefined ? 'ignore' : openLog(log);
  try {
    const child = spawn(process.execPath, [entryPath(import.meta.url, './watchdog-main')], { detached: true, stdio: ['pipe', 'pipe', stderr] });
    return new WatchdogChild(child, clock);
  } finally {
    if (typeof stderr === 'number') closeSync(stderr);
  }
}

/** A log that cannot be opened stops nothing. */
function openLog(path: string): number | 'ignore' {
  try {
    return openSync(path, 'a');
  } catch {
    return 'ignore';
  }
}

export class WatchdogChild {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #exit: Promise<number>;
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();
  #ordinal = 0;
  #alive = true;

  constructor(child: ChildProcess, clock: Clock) {
    this.#child = child;
    this.#clock = clock;
    const exit = Promise.withResolvers<number>();
    this.#exit = exit.promise;
    child.once('exit', (code, signal) => this.#gone(`it ended (${signal ?? `exit code ${code}`})`, () => exit.resolve(code ?? 1)));
    child.once('error', (error) => this.#gone(error.message, () => exit.resolve(1)));
    child.stdin?.on('error', () => undefined);
    child.stdout?.on('error', () => undefined);
    child.stdout?.setEncoding('utf8').on(
      'data',
      lineReader<FromWatchdog>((message) => this.#hear(message)),
    );
    // the run may end although its watchdog has not
    child.unref();
    unref(child.stdin);
    unref(child.stdout);
  }

  get alive(): boolean {
    return this.#alive;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Says hello and waits until it can undo. */
  greet(hello: ToWatchdog & { type: 'hello' }, deadline: Ns): Promise<void> {
    return this.#ask('ready', hello, deadline);
  }

  /** Hands over an entry and waits until it is held. */
  deliver(entry: JournalEntry, deadline: Ns): Promise<void> {
    const ordinal = this.#ordinal++;
    return this.#ask(`held ${ordinal}`, { type: 'entry', ordinal, entry }, deadline);
  }

  send(message: ToWatchdog): void {
    this.#child.stdin?.write(lineOf(message));
  }

  /** Ends it, with a goodbye or by letting it take over; gives its exit code. */
  end(how: 'bye' | 'heal', deadline: Ns): Promise<number> {
    if (how === 'bye') this.send({ type: 'bye' });
    this.#child.stdin?.end();
    return within(this.#clock, deadline, 'the watchdog', () => this.#exit);
  }

  kill(): void {
    this.#gone('it was killed', () => undefined);
    this.#child.kill('SIGKILL');
  }

  onExit(run: () => void): void {
    this.#exit.then(run, () => undefined);
  }

  async #ask(answer: string, message: ToWatchdog, deadline: Ns): Promise<void> {
    if (!this.#alive) throw new Error('it is dead');
    const waiting = Promise.withResolvers<void>();
    this.#waiting.set(answer, waiting);
    this.send(message);
    try {
      await within(this.#clock, deadline, 'an answer of the watchdog', () => waiting.promise);
    } finally {
      this.#waiting.delete(answer);
    }
  }

  #hear(message: FromWatchdog): void {
    if (message.type === 'unfit') this.#waiting.get('ready')?.reject(new Error(message.message));
    else this.#waiting.get(message.type === 'ready' ? 'ready' : `held ${message.ordinal}`)?.resolve();
  }

  #gone(why: string, then: () => void): void {
    this.#alive = false;
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(why));
    then();
  }
}

/** Pipes of child processes are sockets, which can be left out of what keeps this process alive; the types do not say so. */
function unref(stream: unknown): void {
  const socket = stream as { unref?: () => void } | null;
  socket?.unref?.();
}
