/** Timers in order of (time, registration): a binary heap. Cancelled ones are dropped when they come up. */
import type { Ns, Timer } from '../contracts/index.ts';

export class ScheduledTimer implements Timer {
  readonly time: Ns;
  readonly sequence: number;
  #run: (() => void) | undefined;

  constructor(time: Ns, sequence: number, run: () => void) {
    this.time = time;
    this.sequence = sequence;
    this.#run = run;
  }

  get cancelled(): boolean {
    return this.#run === undefined;
  }

  cancel(): void {
    this.#run = undefined;
  }

  /** Runs it, once. */
  fire(): void {
    const run = this.#run;
    this.#run = undefined;
    run?.();
  }
}

export class TimerHeap {
  readonly #heap: ScheduledTimer[] = [];
  #sequence = 0;

  add(time: Ns, run: () => void): ScheduledTimer {
    const timer = new ScheduledTimer(time, this.#sequence++, run);
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(timer, heap[parent] as ScheduledTimer)) break;
      heap[at] = heap[parent] as ScheduledTimer;
      at = parent;
    }
    heap[at] = timer;
    return timer;
  }

  /** Takes the next timer that was not cancelled; undefined when there is none. */
  next(): ScheduledTimer | undefined {
    for (let timer = this.#pop(); timer !== undefined; timer = this.#pop()) if (!timer.cancelled) return timer;
    return undefined;
  }

  #pop(): ScheduledTimer | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as ScheduledTimer, heap[child] as ScheduledTimer)) child++;
      if (!before(heap[child] as ScheduledTimer, last)) break;
      heap[at] = heap[child] as ScheduledTimer;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function before(a: ScheduledTimer, b: ScheduledTimer): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}
