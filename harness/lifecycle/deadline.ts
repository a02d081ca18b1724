/** Bounds a wait by the run's clock: everything that touches the outside world has a deadline and a signal. */
import type { Clock, Ns } from '../contracts/index.ts';

/** Thrown (as the signal's reason too) when a deadline passed. */
export class DeadlinePassed extends Error {
  constructor(what: string, deadlineNs: number) {
    super(`${what} took longer than ${(deadlineNs / 1e9).toFixed(1)} s`);
    this.name = 'DeadlinePassed';
  }
}

/**
 * Runs `work` for at most `deadline`. The signal that `work` gets is aborted at the deadline, or with `outer`; the wait
 * ends then whether `work` listens or not. Rejects with DeadlinePassed, the outer signal's reason, or what `work` threw.
 */
export function within<T>(clock: Clock, deadline: Ns, what: string, work: (signal: AbortSignal) => Promise<T>, outer?: AbortSignal): Promise<T> {
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const end = (): void => {
      timer.cancel();
      outer?.removeEventListener('abort', onOuter);
    };
    const giveUp = (reason: unknown): void => {
      end();
      controller.abort(reason);
      reject(reason);
    };
    const onOuter = (): void => giveUp(outer?.reason);
    const timer = clock.at((clock.now() + deadline) as Ns, () => giveUp(new DeadlinePassed(what, deadline)));
    if (outer?.aborted) return onOuter();
    outer?.addEventListener('abort', onOuter, { once: true });
    work(controller.signal).then(
      (value) => {
        end();
        resolve(value);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}

/** Asks `condition` until it is true, pausing `pause` between; false when the signal was aborted first. A throw counts as "not yet". */
export async function poll(clock: Clock, pause: Ns, signal: AbortSignal, condition: () => Promise<boolean>): Promise<boolean> {
  while (!signal.aborted) {
    if (await condition().catch(() => false)) return true;
    await clock.sleep(pause, signal).catch(() => undefined);
  }
  return false;
}
