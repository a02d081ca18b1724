/** A real budget: so much time on an injected clock, so much memory, and somebody who may call it off. */
import type { Budget, Clock } from '../../harness/contracts/index.ts';
import { NS_PER_MS } from '../../harness/time/units.ts';

export interface BudgetOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds from now on. No limit when absent. */
  readonly timeMs?: number;
  /** Bytes that a checker may hold. No limit when absent. */
  readonly memoryBytes?: number;
  /** Asked each time; once true, the check is over. */
  readonly cancelled?: () => boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A budget that starts now. What has been exceeded stays exceeded, but memory that is given back. */
export function createBudget(options: BudgetOptions): Budget {
  const { clock, timeMs, memoryBytes, cancelled, onProgress } = options;
  const end = timeMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + timeMs * NS_PER_MS;
  const most = memoryBytes ?? Number.POSITIVE_INFINITY;
  return {
    exceeded(bytesHeld) {
      if (cancelled?.()) return 'cancelled';
      if (bytesHeld > most) return 'memory';
      return clock.now() >= end ? 'time' : false;
    },
    progress(done, total) {
      onProgress?.(done, total);
    },
  };
}

/** A budget without limits: for tests, and for histories known to be small. */
export const UNLIMITED: Budget = { exceeded: () => false, progress: () => undefined };
