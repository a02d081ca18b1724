/** `node bench/campaign.ts [seeds] [variant…]` (a variant: `clean`, `clean/figure-8`, or the name of a bug): in how many of so many random seeds each bug of raftkv is convicted, and its clean self acquitted. */
import { runCampaign } from '../api/campaign/campaign.ts';
import { campaignPlan, TRIALS } from '../api/campaign/raftkv-campaign.ts';
import { createRng } from '../harness/random/rng.ts';
import { freshSeed } from '../harness/random/seed.ts';

const [count = '20', ...names] = process.argv.slice(2);
const base = freshSeed();
const rng = createRng(base).fork('campaign');
const seeds = Array.from({ length: Number(count) }, (_, i) => rng.fork(i).int(0, 0x7fffffff));
console.log(`base seed ${base}`);
for (const { variant, ordeal } of TRIALS.filter(
  (trial) => names.length === 0 || names.includes(trial.variant) || names.includes(`${trial.variant}/${trial.ordeal}`),
)) {
  const { convicted, acquitted, undecided } = await runCampaign({
    plan: campaignPlan(variant, ordeal),
    seeds,
    onRun: ({ results }) => process.stderr.write(results.valid === false ? 'x' : results.valid === true ? '.' : '?'),
  });
  process.stderr.write('\n');
  console.log(`${variant.padEnd(20)} ${ordeal.padEnd(10)} convicted ${convicted.length}  acquitted ${acquitted.length}  undecided ${undecided.length}`);
  if (variant === 'clean' ? convicted.length > 0 : acquitted.length > 0) console.log(`    ${JSON.stringify(variant === 'clean' ? convicted : acquitted)}`);
  for (const { seed, reason } of undecided) console.log(`    seed ${seed}: ${reason}`);
}
