/** Five random seeds for each planted bug and for the clean store, under the same packages, workload and length; `npm run soak` runs a hundred. */
import { describe, expect, it, vi } from 'vitest';
import { createRng } from '../../harness/random/rng.ts';
import { freshSeed } from '../../harness/random/seed.ts';
import { runCampaign } from './campaign.ts';
import { campaignPlan, TRIALS } from './raftkv-campaign.ts';

// well under 90 s each on two idle cores; a shared machine may take twice that
vi.setConfig({ testTimeout: 240_000 });

const SEEDS = 5;
/**
 * Of five, where 95 of a hundred are meant: low enough never to fail by chance (once in a thousand times 95 of a hundred give
 * two of five or less). The last two are asked only where the first three did not decide it.
 */
const LEAST = 3;
const base = freshSeed();
const rng = createRng(base).fork('raftkv');
const seeds = Array.from({ length: SEEDS }, (_, i) => rng.fork(i).int(0, 0x7fffffff));

describe(`raftkv on the simulator (base seed ${base})`, () => {
  for (const { variant, ordeal } of TRIALS.filter((trial) => trial.variant === 'clean')) {
    it(`is acquitted ${SEEDS} times of ${SEEDS} (${ordeal})`, async () => {
      const { acquitted, convicted, undecided } = await runCampaign({ plan: campaignPlan(variant, ordeal), seeds });
      expect({ acquitted: acquitted.length, convicted, undecided }).toEqual({ acquitted: SEEDS, convicted: [], undecided: [] });
    });
  }

  for (const { variant, ordeal } of TRIALS.filter((trial) => trial.variant !== 'clean')) {
    it(`is convicted with the bug ${variant} (${ordeal})`, async () => {
      const plan = campaignPlan(variant, ordeal);
      const first = await runCampaign({ plan, seeds: seeds.slice(0, LEAST) });
      if (first.convicted.length === LEAST) return;
      const rest = await runCampaign({ plan, seeds: seeds.slice(LEAST) });
      const acquitted = [...first.acquitted, ...rest.acquitted];
      expect(first.convicted.length + rest.convicted.length, `acquitted with the seeds ${acquitted.join(' ')}`).toBeGreaterThanOrEqual(LEAST);
    });
  }
});
