/** `sleep` operations in progress: each ends at its time; when the run is over nobody waits for them. */
import type { Clock, Ns, Timer } from '../contracts/index.ts';

export class Sleepers {
  readonly #clock: Clock;
  readonly #sleeping = new Set<Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#sleeping.size;
  }

  add(time: Ns, wake: () => void): void {
    const timer = this.#clock.at(time, () => {
      this.#sleeping.delete(timer);
      wake();
    });
    this.#sleeping.add(timer);
  }

  /** Nobody is woken any more. */
  close(): void {
    for (const timer of this.#sleeping) timer.cancel();
    this.#sleeping.clear();
  }
}
