/** Many seeds of one plan: how often it is convicted, acquitted, or neither (rule 32: broken and clean under the same packages). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunPlan } from '../plans/plan.ts';
import { type RunReport, runTest } from '../run/run-test.ts';

export interface CampaignResult {
  readonly convicted: readonly RunPlan['seed'][];
  readonly acquitted: readonly RunPlan['seed'][];
  /** Neither: with the reason. */
  readonly undecided: readonly { readonly seed: RunPlan['seed']; readonly reason: string }[];
}

export interface CampaignRequest {
  readonly plan: RunPlan;
  readonly seeds: readonly RunPlan['seed'][];
  /** Runs at the same time; only for the simulator. */
  readonly parallel?: number;
  readonly onRun?: (report: RunReport) => void;
}

/** Runs every seed in folders of its own, which are removed again. Rejects with what `runTest` rejects with. */
export async function runCampaign({ plan, seeds, parallel = 2, onRun }: CampaignRequest): Promise<CampaignResult> {
  const out = mkdtempSync(join(tmpdir(), 'ordeal-campaign-'));
  const convicted: RunPlan['seed'][] = [];
  const acquitted: RunPlan['seed'][] = [];
  const undecided: { seed: RunPlan['seed']; reason: string }[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < seeds.length) {
      const seed = seeds[next++]!;
      const report = await runTest({ ...plan, seed, out }, { reports: 'none' });
      onRun?.(report);
      if (report.results.valid === false) convicted.push(seed);
      else if (report.results.valid === true) acquitted.push(seed);
      else undecided.push({ seed, reason: report.results.sentence });
      rmSync(report.folder.path, { recursive: true, force: true });
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(parallel, seeds.length) }, lane));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  return { convicted, acquitted, undecided };
}
