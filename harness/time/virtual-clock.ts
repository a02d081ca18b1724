/**
 * A virtual clock for tests of the kernel and the conductor: time jumps to the next timer. (The simulator of nodes has a
 * scheduler of its own.)
 */
import type { Clock, Ns } from '../contracts/index.ts';
import { OrdealError } from '../errors/ordeal-error.ts';
import { sleepOn } from './real-clock.ts';
import { TimerHeap } from './timer-heap.ts';

export interface VirtualClock extends Clock {
  /**
   * Fires timers in order, each followed by everything that awaited it, until `work` is settled; gives its outcome.
   * Throws ORDEAL_SIM_DEADLOCK when no timer is left while `work` still waits.
   */
  run<T>(work: Promise<T>): Promise<T>;
}

/** A clock that stands at 0 and moves only while `run` is awaited. */
export function createVirtualClock(): VirtualClock {
  const timers = new TimerHeap();
  let now = 0 as Ns;
  const clock = {
    now: (): Ns => now,
    at: (time: Ns, run: () => void) => timers.add(Math.max(time, now) as Ns, run),
  };
  const run = async <T>(work: Promise<T>): Promise<T> => {
    let settled = false;
    const watch = (): void => {
      settled = true;
    };
    work.then(watch, watch);
    for (await macrotask(); !settled; await macrotask()) {
      const timer = timers.next();
      if (timer === undefined) throw new OrdealError('ORDEAL_SIM_DEADLOCK', { what: `nothing is left to happen after ${now} ns, yet a promise is awaited` });
      now = timer.time;
      timer.fire();
    }
    return work;
  };
  return { ...clock, sleep: (duration, signal) => sleepOn(clock, duration, signal), run };
}

/** Lets everything that awaits settled promises run. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
