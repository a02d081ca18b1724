/**
 * The demo: a replicated store with a real bug and its repair under the same faults. It succeeds only when the bug is
 * convicted and the repair acquitted, not for want of availability (rule 33).
 */
import { existsSync, readFileSync } from 'node:fs';
import { readJournal } from '../../nemesis/journal/index.ts';
import type { RunPlan } from '../plans/plan.ts';
import { type RunOptions, type RunReport, runTest } from '../run/run-test.ts';

export interface Expectation {
  readonly text: string;
  readonly met: boolean;
}

export interface DemoReport {
  readonly broken: RunReport;
  readonly repaired: RunReport;
  readonly expectations: readonly Expectation[];
}

export const DEMO_BUG = 'stale-leader-read';

/** The broken variant of a plan, and the repaired one: a mechanism left out, and nothing else. */
export function demoPlans(plan: RunPlan): { readonly broken: RunPlan; readonly repaired: RunPlan } {
  const { bug: _, ...options } = plan.system.options;
  return {
    broken: { ...plan, name: 'demo-broken', system: { ...plan.system, options: { ...options, bug: DEMO_BUG } } },
    repaired: { ...plan, name: 'demo-repaired', system: { ...plan.system, options } },
  };
}

/** Runs both variants and compares. Throws what `runTest` throws. */
export async function runDemo(plan: RunPlan, variant: (name: 'broken' | 'repaired', plan: RunPlan) => RunOptions): Promise<DemoReport> {
  const plans = demoPlans(plan);
  const broken = await runTest(plans.broken, variant('broken', plans.broken));
  const repaired = await runTest(plans.repaired, variant('repaired', plans.repaired));
  return { broken, repaired, expectations: expectations(broken, repaired) };
}

function expectations(broken: RunReport, repaired: RunReport): Expectation[] {
  const { counts, faults } = repaired.results;
  const completed = counts.invoked === 0 ? 0 : Math.round((100 * counts.ok) / counts.invoked);
  const proven = faults.filter((fault) => fault.proven && fault.healed).length;
  return [
    { text: `the broken variant is convicted: ${broken.results.sentence}`, met: broken.results.valid === false },
    { text: `the repaired variant passes: ${repaired.results.sentence}`, met: repaired.results.valid === true },
    { text: sameFaultsText(broken, repaired), met: sameFaults(broken, repaired) },
    { text: `every fault bit and was healed: ${proven} of ${faults.length}`, met: faults.length > 0 && proven === faults.length },
    { text: `the repaired variant was not passed for want of work: ${completed} % of ${counts.invoked} operations completed`, met: completed >= 50 },
  ];
}

function sameFaultsText(broken: RunReport, repaired: RunReport): string {
  const count = repaired.results.faults.length;
  return broken.plan.host.name === 'sim'
    ? `both met the same ${count} faults: their journals have the same bytes`
    : 'both met the same faults, in the same order, on the same nodes';
}

/**
 * On `sim` byte for byte. On real hosts injecting takes time, so a burst may fit one restart more or less into its window:
 * every fault that both met must be the same, and each window of the schedule must have been there for both.
 */
function sameFaults(broken: RunReport, repaired: RunReport): boolean {
  if (!existsSync(broken.folder.journal) || !existsSync(repaired.folder.journal)) return false;
  if (broken.plan.host.name === 'sim') return readFileSync(broken.folder.journal).equals(readFileSync(repaired.folder.journal));
  const one = plannedIn(broken);
  const other = plannedIn(repaired);
  const windows = (planned: ReadonlyMap<string, string>): string => [...new Set([...planned.keys()].map((id) => id.replace(/\.\d+$/, '')))].join(' ');
  return windows(one) === windows(other) && [...one].every(([id, plan]) => (other.get(id) ?? plan) === plan);
}

/** What was planned, by the id of its instance. */
function plannedIn(report: RunReport): ReadonlyMap<string, string> {
  const planned = readJournal(report.folder.journal).entries.filter((entry) => entry.type === 'planned');
  return new Map(planned.map(({ instance, family, change }) => [instance.id, JSON.stringify([instance.fault, family, change.kind, change.nodes])]));
}
