/** Signals of the operating system (rule 9): the first stops, heals and still checks; the second skips the checks. None skips healing. */
import { OrdealError } from '../../harness/errors/ordeal-error.ts';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export interface Interruption {
  readonly signal: AbortSignal;
  readonly hurry: AbortSignal;
}

/**
 * Runs `work` with the two signals; `interruptedBy` is the exit code of the first signal that came. Throws what `work` throws;
 * ORDEAL_INTERRUPTED or ORDEAL_TERMINATED where it gave up because of the signal.
 */
export async function interruptible<T extends object>(work: (interruption: Interruption) => Promise<T>): Promise<T & { readonly interruptedBy?: number }> {
  const stop = new AbortController();
  const hurry = new AbortController();
  let interruptedBy: number | undefined;
  const listeners = Object.entries(SIGNALS).map(([name, code]) => {
    const listener = (): void => {
      if (interruptedBy === undefined) process.stderr.write(`\n${name}: stopping and healing; once more skips the checks\n`);
      else hurry.abort(new Error(name));
      interruptedBy ??= code;
      stop.abort(new Error(name));
    };
    process.on(name, listener);
    return { name, listener };
  });
  try {
    const result = await work({ signal: stop.signal, hurry: hurry.signal });
    return interruptedBy === undefined ? result : { ...result, interruptedBy };
  } catch (error) {
    const { reason } = stop.signal;
    if (!(reason instanceof Error) || (error !== reason && !(error instanceof Error && error.cause === reason))) throw error;
    const code = interruptedBy === SIGNALS.SIGINT ? 'ORDEAL_INTERRUPTED' : 'ORDEAL_TERMINATED';
    throw new OrdealError(code, { what: `stopped by ${reason.message} before anything had begun`, cause: error });
  } finally {
    for (const { name, listener } of listeners) process.off(name, listener);
  }
}
