/**
 * Wakes the dispatch loop at a time. On a real clock timers are a millisecond coarse, so the last stretch of a wait is
 * spent letting I/O run, turn after turn of the event loop; on a virtual clock it is one timer.
 */
import type { Clock, Ns, Timer } from '../contracts/index.ts';

/** The longest wait that is spent turning the event loop instead of sleeping. */
const SPIN_NS = 500_000;

export interface WakerOptions {
  readonly clock: Clock;
  readonly yieldToIo?: (() => Promise<void>) | undefined;
  /** `due` is when it should have been: the time asked for, or undefined after a yield. */
  readonly wake: (due: Ns | undefined) => void;
}

export class Waker {
  readonly #options: WakerOptions;
  #timer: Timer | undefined;
  #armedFor: Ns | undefined;
  #closed = false;
  /** The loop gave way to I/O and will be woken by itself. */
  yielding = false;

  constructor(options: WakerOptions) {
    this.#options = options;
  }

  at(time: Ns, now: Ns): void {
    if (this.#options.yieldToIo !== undefined && time - now <= SPIN_NS) {
      this.cancel();
      this.yield(time);
      return;
    }
    if (this.#armedFor === time) return;
    this.cancel();
    this.#armedFor = time;
    this.#timer = this.#options.clock.at(time, () => {
      this.#armedFor = undefined;
      this.#options.wake(time);
    });
  }

  /** Lets I/O have its turn, then wakes. `due`: what is waited for, if anything. Gives false where there is no I/O. */
  yield(due: Ns | undefined): boolean {
    const { yieldToIo, wake, clock } = this.#options;
    if (yieldToIo === undefined) return false;
    if (this.yielding) return true;
    this.yielding = true;
    const resume = (): void => {
      this.yielding = false;
      if (!this.#closed) wake(due !== undefined && clock.now() >= due ? due : undefined);
    };
    yieldToIo().then(resume, resume);
    return true;
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#armedFor = undefined;
  }

  close(): void {
    this.cancel();
    this.#closed = true;
  }
}
