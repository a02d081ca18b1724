/** The standing proof that faults and checkers work: every bug of raftkv against its clean self, under the same packages, workload and length (rule 32). */
import { BUG_NAMES, type BugName } from '../../targets/systems/raftkv/index.ts';
import { PLAN_DEFAULTS, type RunPlan } from '../plans/plan.ts';
import { FIGURE_8, figure8 } from './figure-8.ts';
import { twoMajorities } from './two-majorities.ts';

export type Variant = BugName | 'clean';

/** What the variants meet: the packages, or a scenario that is named for one bug. */
export type Ordeal = 'packages' | 'figure-8' | 'two-majorities';

/** Bugs that take more than the packages. */
const NAMED: Partial<Record<BugName, Ordeal>> = { 'commit-old-term': 'figure-8', 'no-joint-consensus': 'two-majorities' };

/** Every bug under the ordeal that is to convict it, and the clean store under all of them. */
export const TRIALS: readonly { readonly variant: Variant; readonly ordeal: Ordeal }[] = [
  { variant: 'clean', ordeal: 'packages' },
  { variant: 'clean', ordeal: 'figure-8' },
  { variant: 'clean', ordeal: 'two-majorities' },
  ...BUG_NAMES.map((variant) => ({ variant, ordeal: NAMED[variant] ?? ('packages' as const) })),
];

/** The plan of one variant; its seed is to be filled in. */
export function campaignPlan(variant: Variant, ordeal: Ordeal): RunPlan {
  const plan: RunPlan = {
    ...PLAN_DEFAULTS,
    name: `raftkv-${variant}`,
    system: {
      name: 'raftkv',
      options: { electionMinMs: 100, electionMaxMs: 200, attemptMs: 80, ...(variant !== 'clean' && { bug: variant }) },
    },
    host: { name: 'sim', options: { latency: '4ms', jitter: '6ms' } },
    concurrency: 30,
    workload: { name: 'register', options: { keys: 100, opsPerKey: 2_000 } },
    faults: { families: ['partition', 'kill', 'power'], chosen: [], scenario: [], options: {} },
    ratePerSecond: 400,
    timeLimitMs: 60_000,
    seed: 0,
    out: '',
  };
  if (ordeal === 'packages') return plan;
  if (ordeal === 'two-majorities') return { ...plan, faults: { families: [], chosen: [], scenario: twoMajorities(plan.timeLimitMs), options: {} } };
  return {
    ...plan,
    system: { ...plan.system, options: { ...plan.system.options, ...FIGURE_8.system } },
    host: { ...plan.host, options: FIGURE_8.host },
    concurrency: FIGURE_8.concurrency,
    ratePerSecond: FIGURE_8.ratePerSecond,
    faults: { families: [], chosen: [], scenario: figure8(plan.timeLimitMs), options: {} },
  };
}
