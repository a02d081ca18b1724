/** Standing in line for what somebody else has, for so long and no longer. */
import type { Clock, Ns } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';

/** So long a client stands in line before it says that somebody else has it. */
const PATIENCE = ms(400);

/** What `ask` gives, or `undefined` where `patience` ended first: then it was aborted, and may be granted all the same. Rejects as `ask` does. */
export async function withPatience<T>(
  clock: Clock,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
  patience: Ns = PATIENCE,
): Promise<T | undefined> {
  const over = new AbortController();
  const timer = clock.at((clock.now() + patience) as Ns, () => over.abort());
  try {
    return await ask(AbortSignal.any([signal, over.signal]));
  } catch (error) {
    if (!over.signal.aborted || signal.aborted) throw error;
    return undefined;
  } finally {
    timer.cancel();
  }
}
