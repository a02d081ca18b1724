/** How fast a run on a real host went, of what was offered, and how late the harness itself was. */
import type { RunnerStats } from '../../harness/runner/index.ts';
import type { RunResults } from '../../harness/store/index.ts';
import { formatSeconds, NS_PER_MS, NS_PER_S } from '../../harness/time/units.ts';
import type { RunPlan } from '../plans/plan.ts';

export type Pace = NonNullable<RunResults['pace']>;

/** Below this share of the rate offered a run is told that it was slower. */
const KEPT = 0.9;
/** A harness that is later than this at the 99th percentile is told so (ns). */
const LATE = 5 * NS_PER_MS;

/** Undefined where nothing ran, and on `sim`, whose results tell nothing of the real world. */
export function paceOf(plan: RunPlan, stats: RunnerStats | undefined): Pace | undefined {
  if (stats === undefined || plan.host.name === 'sim') return undefined;
  const seconds = (stats.endedAt - stats.startedAt) / NS_PER_S;
  return {
    offeredPerSecond: plan.ratePerSecond,
    invokedPerSecond: seconds > 0 ? Math.round(stats.invoked / seconds) : 0,
    latenessP50Ns: stats.dispatchLatenessP50Ns,
    latenessP99Ns: stats.dispatchLatenessP99Ns,
    latenessMaxNs: stats.dispatchLatenessMaxNs,
  };
}

/** What a person should know of it, in sentences; nothing where the run kept its pace. */
export function paceNotices(pace: Pace | undefined, { concurrency }: RunPlan): string[] {
  if (pace === undefined) return [];
  const { offeredPerSecond, invokedPerSecond, latenessP99Ns } = pace;
  const slower = invokedPerSecond < KEPT * offeredPerSecond;
  const late = latenessP99Ns > LATE;
  return [
    ...(slower
      ? [
          `the clients made ${invokedPerSecond} of the ${offeredPerSecond} operations a second that were offered: all ${concurrency} were busy; a larger --concurrency may get more`,
        ]
      : []),
    ...(late ? [`the harness itself was late: one operation in a hundred started ${formatSeconds(latenessP99Ns)} or more after it could have`] : []),
  ];
}
