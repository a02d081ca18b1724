/** Runs checkers over a history in worker threads, each with its budget; a worker that does not come back is ended and counts as unknown. */
import { availableParallelism } from 'node:os';
import type { History, ModuleRef, Result } from '../../harness/contracts/index.ts';
import { historyToMessage } from '../../harness/history/index.ts';
import type { CheckWorkers } from './check-workers.ts';

export interface CheckBudget {
  readonly timeMs: number;
  readonly memoryBytes: number;
}

export const DEFAULT_BUDGET: CheckBudget = { timeMs: 60_000, memoryBytes: 2 * 1024 ** 3 };

/** Checks at the same time. */
const PARALLEL = 2;
/** Parts of one check at the same time, at most. */
const MOST_THREADS = 8;

export interface CheckProgress {
  readonly checker: string;
  readonly done: number;
  readonly total: number;
}

export interface ChecksRequest {
  readonly history: History;
  readonly checks: readonly ModuleRef[];
  readonly workers: CheckWorkers;
  /** Of each check by itself; `DEFAULT_BUDGET` where absent. */
  readonly budget?: CheckBudget | undefined;
  /** Into how many parts a check may be taken; as many as there are processors where absent. The result is the same. */
  readonly threads?: number | undefined;
  readonly onProgress?: (progress: CheckProgress) => void;
}

/** One result per reference, in their order. Never rejects because of a checker. */
export async function runChecks({
  history,
  checks,
  workers,
  budget = DEFAULT_BUDGET,
  threads = Math.min(MOST_THREADS, availableParallelism()),
  onProgress,
}: ChecksRequest): Promise<Result[]> {
  const message = historyToMessage(history);
  const results = new Array<Result>(checks.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < checks.length) {
      const i = next++;
      const check = checks[i]!;
      const task = { history: message, check, budgetMs: budget.timeMs, budgetBytes: budget.memoryBytes, threads };
      results[i] = await workers.run(task, (done, total) => onProgress?.({ checker: check.name, done, total }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, checks.length) }, lane));
  return results;
}
