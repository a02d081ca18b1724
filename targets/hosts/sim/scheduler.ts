/**
 * Virtual time: one agenda, run in a plain loop by a pump that starts as soon as something is scheduled.
 *
 * Handlers are synchronous. Only when an event touched a promise does the loop yield one macrotask, so that everything
 * that awaits has run before time moves on; it also yields every so many events (by count, which changes no result) so
 * that a worker can receive messages. Virtual time moves between events only.
 */
import type { Clock, Ns, Timer } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { sleepOn } from '../../../harness/time/real-clock.ts';
import { EventHeap, type Receiver } from './event-heap.ts';
import { promiseWatch, watchPromises } from './promise-watch.ts';
import type { Trace } from './trace.ts';

/** Taken while it is still Node's own: inside a simulation the global one is guarded. */
const nextMacrotask = setImmediate;
const YIELD_EVERY_EVENTS = 8192;

const CALLBACK: Receiver = {
  fire: (run) => (run as () => void)(),
  describe: () => 'clock',
};

/** An event that can be taken back. */
class HeapTimer implements Timer {
  readonly #heap: EventHeap;
  readonly #slot: number;
  readonly #seq: number;

  constructor(heap: EventHeap, slot: number) {
    this.#heap = heap;
    this.#slot = slot;
    this.#seq = heap.lastSeq;
  }

  cancel(): void {
    this.#heap.cancel(this.#slot, this.#seq);
  }
}

export class Scheduler implements Clock {
  readonly #heap = new EventHeap();
  readonly #trace: Trace | undefined;
  readonly #unwatch = watchPromises();
  readonly #idleListeners = new Set<() => void>();
  #now = 0;
  #pumping = false;
  #holds = 0;
  #disposed = false;
  #failure: { readonly error: unknown } | undefined;
  readonly #pump = (): void => this.#run();
  /** Events that have happened. */
  events = 0;

  constructor(trace?: Trace) {
    this.#trace = trace;
  }

  now(): Ns {
    return this.#now as Ns;
  }

  at(time: Ns, run: () => void): Timer {
    return this.schedule(time, CALLBACK, run, 0);
  }

  sleep(duration: Ns, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, duration, signal);
  }

  /** An event that nobody takes back: no handle, no allocation. A time in the past means now. */
  post(time: number, receiver: Receiver, payload: unknown, tag: number): void {
    if (this.#disposed) return;
    this.#heap.push(time > this.#now ? time : this.#now, receiver, payload, tag);
    if (!this.#pumping) this.#wake();
  }

  /** An event with a handle to cancel it. */
  schedule(time: number, receiver: Receiver, payload: unknown, tag: number): Timer {
    if (this.#disposed) return { cancel: () => undefined };
    const slot = this.#heap.push(time > this.#now ? time : this.#now, receiver, payload, tag);
    const timer = new HeapTimer(this.#heap, slot);
    if (!this.#pumping) this.#wake();
    return timer;
  }

  /** Lets `real` (an import, say) take its real time while virtual time stands still. */
  async hold<T>(real: () => Promise<T>): Promise<T> {
    this.#holds++;
    try {
      return await real();
    } finally {
      this.#holds--;
      this.#wake();
    }
  }

  /**
   * Awaits a promise of the simulation. Rejects with ORDEAL_SIM_DEADLOCK when nothing is left to happen and it is still
   * pending, and with the error of an event that threw.
   */
  run<T>(promise: Promise<T>): Promise<T> {
    const { promise: outcome, resolve, reject } = Promise.withResolvers<T>();
    const onIdle = (): void => reject(this.#failure ? this.#failure.error : this.#deadlock());
    this.#idleListeners.add(onIdle);
    promise.then(resolve, reject);
    if (this.#disposed || this.#failure) nextMacrotask(onIdle);
    else this.#wake();
    return outcome.finally(() => this.#idleListeners.delete(onIdle));
  }

  /** Nothing happens any more; what waits, waits for ever. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#heap.clear();
    this.#unwatch();
    for (const listener of [...this.#idleListeners]) listener();
  }

  #deadlock(): OrdealError {
    const what = this.#disposed
      ? 'the simulator was closed while somebody still waited'
      : `nothing left to happen at ${this.#now} ns of virtual time, yet somebody waits`;
    return new OrdealError('ORDEAL_SIM_DEADLOCK', { what, where: 'simulator' });
  }

  #wake(): void {
    if (this.#pumping || this.#holds > 0 || this.#disposed) return;
    this.#pumping = true;
    nextMacrotask(this.#pump);
  }

  #run(): void {
    if (this.#failure || this.#holds > 0 || this.#disposed) {
      this.#pumping = false;
      return;
    }
    const heap = this.#heap;
    for (let budget = YIELD_EVERY_EVENTS; budget > 0; budget--) {
      if (!heap.pop()) {
        this.#idle();
        return;
      }
      this.#now = heap.time;
      this.events++;
      this.#trace?.record(heap.time, heap.receiver.describe(heap.payload, heap.tag));
      promiseWatch.touched = false;
      try {
        heap.receiver.fire(heap.payload, heap.tag);
      } catch (error) {
        this.#fail(error);
        return;
      }
      if (promiseWatch.touched) break;
    }
    nextMacrotask(this.#pump);
  }

  /** The microtasks of the last event have run: whoever still waits now, waits in vain. */
  #idle(): void {
    this.#pumping = false;
    for (const listener of [...this.#idleListeners]) listener();
  }

  /** A callback of the conductor threw: node programs are caught by their node. Nothing may go on as if it had not. */
  #fail(error: unknown): void {
    this.#failure = { error };
    this.#pumping = false;
    const listeners = [...this.#idleListeners];
    if (listeners.length === 0) throw error;
    for (const listener of listeners) listener();
  }
}
