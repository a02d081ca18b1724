/** `Env.work` on a real host: a fixed number of slots, first come first served, each held for the cost of its job. */
import type { Clock, Ns } from '../../../../harness/contracts/index.ts';
import type { NodeResources } from '../wire-protocol.ts';

interface Job {
  readonly cost: Ns;
  readonly done: () => void;
}

export class WorkSlots {
  readonly #resources: Pick<NodeResources, 'work' | 'cores'>;
  readonly #clock: Clock;
  readonly #waiting: Job[] = [];
  #running = 0;

  constructor(resources: Pick<NodeResources, 'work' | 'cores'>, clock: Clock) {
    this.#resources = resources;
    this.#clock = clock;
  }

  /** Resolves when a slot has been held for `cost`. */
  work(cost: Ns): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ cost, done });
      this.#fill();
    });
  }

  #fill(): void {
    while (this.#running < this.#resources.cores) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#running++;
      this.#run(job);
    }
  }

  #run(job: Job): void {
    const end = (this.#clock.now() + Math.max(0, job.cost)) as Ns;
    const done = (): void => {
      this.#running--;
      job.done();
      this.#fill();
    };
    if (this.#resources.work === 'sleep') {
      this.#clock.at(end, done);
      return;
    }
    // Never before the caller has its promise.
    this.#clock.at(this.#clock.now(), () => {
      const burntBy = this.#clock.now() + job.cost;
      while (this.#clock.now() < burntBy);
      done();
    });
  }
}
