/** Simulated cores (or the slots of a named pool): first come first served, standing still while the node is paused. */
import type { Timer } from '../../../harness/contracts/index.ts';
import type { Receiver } from './event-heap.ts';
import type { Scheduler } from './scheduler.ts';

interface Job {
  remainingNs: number;
  startedAt: number;
  timer: Timer | undefined;
  readonly done: () => void;
}

export class WorkPool implements Receiver {
  readonly #scheduler: Scheduler;
  readonly #slots: number;
  readonly #label: string;
  readonly #running = new Set<Job>();
  readonly #waiting: Job[] = [];
  #frozen = false;

  constructor(scheduler: Scheduler, slots: number, label: string) {
    this.#scheduler = scheduler;
    this.#slots = slots;
    this.#label = label;
  }

  /** Calls `done` when a slot has been held for `cost` ns of true time. */
  add(cost: number, done: () => void): void {
    this.#waiting.push({ remainingNs: Math.max(0, cost), startedAt: 0, timer: undefined, done });
    this.#fill();
  }

  freeze(): void {
    this.#frozen = true;
    for (const job of this.#running) {
      job.timer?.cancel();
      job.remainingNs -= this.#scheduler.now() - job.startedAt;
    }
  }

  thaw(): void {
    this.#frozen = false;
    for (const job of this.#running) this.#start(job);
    this.#fill();
  }

  /** The process died: nothing of this is ever done. */
  clear(): void {
    for (const job of this.#running) job.timer?.cancel();
    this.#running.clear();
    this.#waiting.length = 0;
  }

  fire(payload: unknown): void {
    const job = payload as Job;
    this.#running.delete(job);
    this.#fill();
    job.done();
  }

  describe(): string {
    return `work ${this.#label}`;
  }

  #fill(): void {
    while (!this.#frozen && this.#running.size < this.#slots) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#running.add(job);
      this.#start(job);
    }
  }

  #start(job: Job): void {
    job.startedAt = this.#scheduler.now();
    job.timer = this.#scheduler.schedule(job.startedAt + job.remainingNs, this, job, 0);
  }
}
