/** One test from plan to report: resolve → provision → conduct → check → results, JUnit and HTML in the run folder. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { redactFile } from '../../harness/configuration/secrets.ts';
import type { History, HostKind } from '../../harness/contracts/index.ts';
import { historyFromMessage } from '../../harness/history/index.ts';
import type { RunEvent } from '../../harness/lifecycle/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { createRunFolder, indexRun, type RunFolder, type RunResults, writeRunFile } from '../../harness/store/index.ts';
import { wallClockIso } from '../../harness/time/real-clock.ts';
import { withCoverage } from '../check/checks-of-run.ts';
import { type CheckBudget, DEFAULT_BUDGET } from '../check/run-checks.ts';
import type { RunPlan } from '../plans/plan.ts';
import { resolvePlan } from '../resolve.ts';
import { type Conducted, type ConductRequest, conduct } from './conduct.ts';
import { describeRun } from './describe-run.ts';
import { judge } from './judge.ts';
import { paceNotices } from './pace.ts';
import { planFaults } from './plan-faults.ts';
import { conductInProcess } from './process-conductor.ts';
import { runIdOf } from './run-id.ts';
import { conductInWorker } from './sim-conductor.ts';
import { writeReports } from './write-reports.ts';

export interface RunOptions {
  readonly onEvent?: (event: RunEvent) => void;
  /** Aborted by the first signal of the operating system: stop, heal, collect, check. */
  readonly signal?: AbortSignal;
  /** Aborted by the second: no checks. */
  readonly hurry?: AbortSignal;
  readonly budget?: CheckBudget;
  /** `none`: `results.json` only, for campaigns of many runs. */
  readonly reports?: 'all' | 'none';
}

export interface RunReport {
  readonly plan: RunPlan;
  readonly folder: RunFolder;
  readonly results: RunResults;
  readonly history: History;
}

/** Runs a plan to its end. Throws an OrdealError when it cannot begin; what goes wrong later is in the results. */
export async function runTest(plan: RunPlan, options: RunOptions = {}): Promise<RunReport> {
  const onEvent = options.onEvent ?? ((): void => undefined);
  const signal = options.signal ?? new AbortController().signal;
  const resolved = await resolvePlan(plan);
  // refused before anything is fetched or started: unknown faults, missing capabilities, a time limit that is too short
  const { families } = await planFaults({ plan, ...resolved, rng: createRng(plan.seed) });
  const provisioned = await resolved.system.provision(resolved.systemOptions, signal);
  if (provisioned !== null) onEvent({ type: 'provision', message: `using ${JSON.stringify(provisioned)}` });
  const startedAt = wallClockIso();
  const folder = createRunFolder({ out: plan.out, name: plan.name, seed: plan.seed, startedAt });
  const description = await describeRun({ plan, resolved, provisioned, startedAt });
  writeRunFile(folder.run, `${JSON.stringify(description, null, 2)}\n`);
  const conducted = await conductorOf(
    plan,
    resolved.host,
  )({ plan, resolved, provisioned, folder, runId: runIdOf(startedAt, plan.seed), startedAt, signal, onEvent });
  // what the nodes wrote, they wrote themselves
  for (const log of globSync(join(folder.nodes, '**', '*.log'))) redactFile(log);
  const history = historyFromMessage(conducted.history);
  const results = await judge({
    plan,
    system: resolved.system,
    folder,
    outcome: conducted.outcome,
    history,
    checks: withCoverage(resolved.checks, families, resolved.system.detectionMs),
    budget: options.budget ?? DEFAULT_BUDGET,
    hurry: options.hurry,
    onEvent,
  });
  for (const message of paceNotices(results.pace, plan)) onEvent({ type: 'notice', message });
  if (options.reports === 'none') writeRunFile(folder.results, `${JSON.stringify(results, null, 2)}\n`);
  else await writeReports(folder, results, history, description);
  indexRun(plan.out, { time: startedAt, name: plan.name, seed: plan.seed, valid: results.valid, exitCode: results.exitCode, folder: folder.path });
  return { plan, folder, results, history };
}

/** Where a run is conducted: here, in a worker thread of virtual time, or in the process that the host asks for. */
function conductorOf(plan: RunPlan, host: HostKind): (request: ConductRequest & { readonly startedAt: string }) => Promise<Conducted> {
  if (plan.host.name === 'sim')
    return ({ provisioned, folder, signal, onEvent }) => conductInWorker({ plan, provisioned, folder: folder.path }, signal, onEvent);
  const inside = host.enter?.();
  if (inside === undefined) return conduct;
  return ({ provisioned, folder, runId, startedAt, signal, onEvent }) =>
    conductInProcess(inside, { plan, provisioned, folder: folder.path, runId, startedAt }, signal, onEvent);
}
