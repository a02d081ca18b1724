/** What the live view is told while the run goes on. */
import type { OpError, Timer } from '../contracts/index.ts';
import { seconds } from '../time/units.ts';
import type { RunWorkloadOptions } from './options.ts';
import type { Recorder } from './recorder.ts';
import type { ProgressSnapshot } from './stats.ts';

export class Progress {
  late = 0;
  openFailures = 0;
  lastError: OpError | undefined;
  readonly #options: Pick<RunWorkloadOptions, 'clock' | 'onProgress' | 'progressEvery' | 'sink'>;
  readonly #recorder: Recorder;
  readonly #onTickFailed: (error: unknown) => void;
  readonly #threads: () => { readonly inFlight: number; readonly opening: number };
  #timer: Timer | undefined;

  constructor(
    options: Pick<RunWorkloadOptions, 'clock' | 'onProgress' | 'progressEvery' | 'sink'>,
    recorder: Recorder,
    threads: () => { readonly inFlight: number; readonly opening: number },
    onTickFailed: (error: unknown) => void,
  ) {
    this.#onTickFailed = onTickFailed;
    this.#options = options;
    this.#recorder = recorder;
    this.#threads = threads;
  }

  /** The timer runs whether somebody listens or not: on a simulator, looking on must not change the run. */
  start(): void {
    const { clock, progressEvery } = this.#options;
    this.#timer = clock.at((clock.now() + (progressEvery ?? seconds(1))) as ReturnType<typeof seconds>, () => {
      this.start();
      try {
        this.#options.sink.tick?.();
      } catch (error) {
        this.#onTickFailed(error);
      }
      this.#options.onProgress?.(this.snapshot());
    });
  }

  close(): void {
    this.#timer?.cancel();
  }

  openFailed(error: OpError): void {
    this.openFailures++;
    this.lastError = error;
  }

  snapshot(): ProgressSnapshot {
    const { late, openFailures, lastError } = this;
    const error = lastError === undefined ? {} : { lastError };
    return { time: this.#options.clock.now(), ...this.#recorder.counts, ...this.#threads(), late, openFailures, ...error };
  }
}
