/** What a run would do where, without doing it: everything that a plan settles before anything starts. */
import type { HostStep } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { formatSeconds } from '../../harness/time/units.ts';
import type { RunPlan } from '../plans/plan.ts';
import { resolvePlan } from '../resolve.ts';
import { planFaults } from './plan-faults.ts';

export interface RunPreview {
  readonly plan: RunPlan;
  /** Machine by machine. */
  readonly nodes: readonly HostStep[];
  /** Faults in order of their times since the start of the workload; whom one hits is often drawn when it is injected. */
  readonly faults: readonly { readonly at: string; readonly does: string }[];
}

/** Throws what `runTest` would before it starts: unknown names, bad options, missing capabilities, a time limit that is too short. */
export async function previewRun(plan: RunPlan): Promise<RunPreview> {
  const resolved = await resolvePlan(plan);
  // the schedule of the run itself: it forks the same stream
  const { steps, instrument } = await planFaults({ plan, ...resolved, rng: createRng(plan.seed).fork('nemesis') });
  const { host, hostOptions, system } = resolved;
  const nodes = host.preview?.({ runId: 'RUN', nodes: plan.nodes, instrument, options: hostOptions }) ?? [
    { where: 'this machine', does: `opens ${plan.nodes} nodes on ${host.name}, which go with the run` },
  ];
  return {
    plan,
    nodes: [...nodes, { where: 'every node', does: `runs ${system.name} for ${formatSeconds(plan.timeLimitMs * 1e6)} and what comes after` }],
    faults: steps
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, f, value }) => ({ at: formatSeconds(at), does: `${f === 'heal' ? 'undoes' : 'injects'} ${value.fault} (${value.id})` })),
  };
}
