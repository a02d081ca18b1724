/** Standing in line for what somebody else has, for so long and no longer. */
import type { Clock } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';

/** So long a client stands in line before it says that somebody else has it. */
const PATIENCE = ms(400);

/** What `ask` gives, or `undefined` where patience ended first: then it was aborted, and may be granted all the same. Rejects as `ask` does. */
export async function withPatience<T>(clock: Clock, signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const patience = new AbortController();
  const timer = clock.at((clock.now() + PATIENCE) as typeof PATIENCE, () => patience.abort());
  try {
    return await ask(AbortSignal.any([signal, patience.signal]));
  } catch (error) {
    if (!patience.signal.aborted || signal.aborted) throw error;
    return undefined;
  } finally {
    timer.cancel();
  }
}
