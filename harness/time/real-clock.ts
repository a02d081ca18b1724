/** The real clock: monotonic, ns since its creation. The only module that may touch the machine's timers. */
import type { Clock, Ns, Timer } from '../contracts/index.ts';
import { NS_PER_MS } from './units.ts';

/** Node's timers fire up to a millisecond late and never early by more than one; waits beyond this many ms overflow them. */
const LONGEST_TIMER_MS = 0x7fffffff;

/** A clock that starts at 0 now. */
export function createRealClock(): Clock {
  const origin = process.hrtime.bigint();
  const now = (): Ns => Number(process.hrtime.bigint() - origin) as Ns;
  const at = (time: Ns, run: () => void): Timer => {
    let handle: NodeJS.Timeout | undefined;
    const arm = (): void => {
      const waitMs = Math.max(0, Math.ceil((time - now()) / NS_PER_MS));
      handle = setTimeout(() => (now() >= time ? run() : arm()), Math.min(waitMs, LONGEST_TIMER_MS));
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  };
  return { now, at, sleep: (duration, signal) => sleepOn({ now, at }, duration, signal) };
}

/** `Clock.sleep` in terms of `at`. */
export function sleepOn(clock: Pick<Clock, 'now' | 'at'>, duration: Ns, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.at((clock.now() + duration) as Ns, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Lets everything that waits for input or output run once. */
export function yieldToIo(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The calendar time, for names of run folders and for reports of real runs; never for measuring. */
export function wallClockIso(): string {
  return new Date().toISOString();
}
