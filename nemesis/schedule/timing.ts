/** The time that schedules need: windows longer than the system takes to notice, quiet long enough to recover (rule 14). */
import type { Ns } from '../../harness/contracts/index.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { formatSeconds, ms, NS_PER_MS } from '../../harness/time/units.ts';
import type { Package } from './packages.ts';

export interface TimingRequest {
  readonly packages: readonly Package[];
  /** How long, at most, until the system notices a failure. */
  readonly detectionNs: Ns;
  /** How long an inject or a heal takes with its probes, at most. On real hosts a process start is part of it. */
  readonly changeNs?: Ns;
  /** From the start of one window to the start of the next, on average; chosen by detection and time limit where absent. */
  readonly intervalNs?: Ns;
  /** `one`: never two faults at once. `one-per-resource`: network, processes and clocks each on their own. */
  readonly overlap?: 'one' | 'one-per-resource';
}

/** The floors that a schedule keeps. */
export interface Timing {
  /** A fault that is in force for a whole window is so at least this long. */
  readonly leastWindow: Ns;
  /** At the start, and after the windows of each slot, for all resources together. */
  readonly leastQuiet: Ns;
  /** After so many slots every package has had its turn. */
  readonly turns: number;
}

const DEFAULT_CHANGE: Ns = ms(200);
const WINDOW_PER_DETECTION = 1.2;
const QUIET_PER_DETECTION = 0.6;
/** The packages that take turns with each other: one lane for all, or one a resource. */
export function lanesOf(request: Pick<TimingRequest, 'packages' | 'overlap'>): (readonly Package[])[] {
  if (request.overlap !== 'one-per-resource') return request.packages.length === 0 ? [] : [request.packages];
  return [...Map.groupBy(request.packages, (each) => each.resource).values()];
}

/** The shortest time limit in which every package gets a window. */
export function minimumTimeLimit(request: TimingRequest): Ns {
  const { leastWindow, leastQuiet, turns } = timingOf(request);
  const slot = Math.max(request.intervalNs ?? 0, leastWindow + leastQuiet);
  return toMs(leastQuiet + turns * slot);
}

/** The floors for a time limit that has room for them. Throws ORDEAL_TIME_LIMIT_TOO_SHORT, and ORDEAL_BAD_OPTION for an interval below the least. */
export function timingWithin(request: TimingRequest & { readonly timeLimitNs: Ns }): Timing {
  const timing = timingOf(request);
  const least = timing.leastWindow + timing.leastQuiet;
  if (request.intervalNs !== undefined && request.intervalNs < least) {
    throw new OrdealError('ORDEAL_BAD_OPTION', {
      what: `an interval of ${formatSeconds(request.intervalNs)} has no room for a fault longer than the ${formatSeconds(request.detectionNs)} that the system takes to notice it`,
      where: '--interval',
      value: request.intervalNs,
      remedy: `Use at least ${formatSeconds(least)}.`,
    });
  }
  const needed = minimumTimeLimit(request);
  if (request.timeLimitNs < needed) {
    const families = request.packages.map((each) => each.family).join(', ');
    throw new OrdealError('ORDEAL_TIME_LIMIT_TOO_SHORT', {
      what: `a time limit of ${formatSeconds(request.timeLimitNs)} is too short for the faults ${families}: at least ${formatSeconds(needed)} are needed`,
      where: '--time-limit',
      value: request.timeLimitNs,
      remedy: `Use a time limit of ${Math.ceil(needed / (1000 * NS_PER_MS))} s or more, or fewer faults.`,
    });
  }
  return timing;
}

function timingOf(request: TimingRequest): Timing {
  const lanes = lanesOf(request);
  const change = (request.changeNs ?? DEFAULT_CHANGE) * Math.max(1, lanes.length);
  return {
    leastWindow: toMs(request.detectionNs * WINDOW_PER_DETECTION + change),
    leastQuiet: toMs(request.detectionNs * QUIET_PER_DETECTION + change),
    turns: Math.max(0, ...lanes.map((lane) => lane.length)),
  };
}

function toMs(value: number): Ns {
  return (Math.ceil(value / NS_PER_MS) * NS_PER_MS) as Ns;
}
