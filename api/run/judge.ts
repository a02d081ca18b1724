/** Judges a run: its checks over its history, its journal, and what the lifecycle could not do. */
import { existsSync } from 'node:fs';
import type { History, JournalEntry, ModuleRef, Result, System } from '../../harness/contracts/index.ts';
import type { LifecycleOutcome, RunEvent } from '../../harness/lifecycle/index.ts';
import type { RunFolder, RunResults } from '../../harness/store/index.ts';
import { createRealClock } from '../../harness/time/real-clock.ts';
import { readJournal } from '../../nemesis/journal/index.ts';
import { CheckWorkers } from '../check/check-workers.ts';
import { type CheckBudget, runChecks } from '../check/run-checks.ts';
import type { RunPlan } from '../plans/plan.ts';
import { composeResults } from './compose-results.ts';

export interface JudgeRequest {
  readonly plan: RunPlan;
  readonly system: Pick<System, 'faultModel' | 'outside'>;
  readonly folder: RunFolder;
  readonly outcome: LifecycleOutcome;
  readonly history: History;
  readonly checks: readonly ModuleRef[];
  readonly budget: CheckBudget;
  readonly hurry: AbortSignal | undefined;
  readonly onEvent: (event: RunEvent) => void;
}

/** After a second signal nothing is checked, and the verdict is unknown. */
export async function judge(request: JudgeRequest): Promise<RunResults> {
  const { plan, system, folder, outcome } = request;
  // a run that never came to its workload has one thing to say: why
  const pointless = outcome.stats === undefined || request.hurry?.aborted;
  const checks = pointless ? [] : await checked(request);
  return composeResults({ plan, system, outcome, journal: journalOf(folder), checks });
}

async function checked({ history, checks, budget, onEvent }: JudgeRequest): Promise<Result[]> {
  const workers = new CheckWorkers(createRealClock());
  try {
    return await runChecks({ history, checks, workers, budget, onProgress: (progress) => onEvent({ type: 'check', ...progress }) });
  } finally {
    workers[Symbol.dispose]();
  }
}

/** None where the run ended before it had a nemesis. */
function journalOf({ journal }: RunFolder): readonly JournalEntry[] {
  return existsSync(journal) ? readJournal(journal).entries : [];
}
