/** The checks of a run that was, from its folder: those of its workload (also of a user's own) with the options that it had. */
import { dirname } from 'node:path';
import type { ModuleRef, Value } from '../../harness/contracts/index.ts';
import { FAULTS } from '../../nemesis/registry/faults.ts';
import type { RunPlan } from '../plans/plan.ts';
import { recordedPlan } from '../replay/recorded-plan.ts';
import { resolvePlan } from '../resolve.ts';

/** Undefined where the history lies beside no readable `run.json`. Throws what `resolvePlan` throws: the run's configuration may be gone. */
export async function checksOfRun(history: string): Promise<{ readonly workload: string; readonly checks: readonly ModuleRef[] } | undefined> {
  const plan = planBeside(history);
  if (plan === undefined) return undefined;
  const { system, workload, checks, own } = await resolvePlan(plan);
  const { families: asked, chosen: picked, scenario } = plan.faults;
  const chosen = [...asked, ...picked.map(({ name }) => name), ...scenario.flatMap((line) => (line[1] === 'inject' ? [line[2]] : []))];
  const families = new Set(chosen.map((name) => own.get(name)?.family ?? FAULTS[name]?.family ?? name));
  return { workload: workload.name, checks: withCoverage(checks, [...families], system.detectionMs) };
}

/**
 * The coverage check is told which families were asked for: each must have bitten (rule 14). A window hardly longer than
 * the system takes to notice a failure is no test of whether it goes on serving.
 */
export function withCoverage(checks: readonly ModuleRef[], families: readonly string[], detectionMs: number): ModuleRef[] {
  const told = { families: [...families], shortWindowMs: Math.max(1_000, 1.25 * detectionMs) };
  return checks.map((check) => (check.name === 'coverage' ? { ...check, options: { ...(check.options as Record<string, Value>), ...told } } : check));
}

function planBeside(history: string): RunPlan | undefined {
  try {
    return recordedPlan(dirname(history));
  } catch {
    return undefined; // a history on its own: its header says what its workload was
  }
}
