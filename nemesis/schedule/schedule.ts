/**
 * Schedules: which fault when, fixed by seed, time limit and interval alone, so that two variants of a system meet the
 * same ones. Slot follows slot: each holds one window per lane and ends with quiet for all; packages take turns in an
 * order drawn anew each round, so that each of them comes up within the first round.
 */
import type { Ns, Rng } from '../../harness/contracts/index.ts';
import { shuffled, weighted } from '../selection/shuffle.ts';
import { drawLength, drawNs, leastOf, stepsOf, wholeMs } from './moves.ts';
import type { Move, Package } from './packages.ts';
import type { ScriptStep } from './script.ts';
import { lanesOf, type Timing, type TimingRequest, timingWithin } from './timing.ts';

export interface ScheduleRequest extends TimingRequest {
  readonly timeLimitNs: Ns;
  readonly rng: Rng;
  /** Which part of the time faults are in force (above 0, at most 1), as far as the guaranteed quiet allows; drawn at random where absent. */
  readonly dutyCycle?: number;
}

interface Plan {
  readonly steps: ScriptStep[];
  /** Families of which some window leaves writes to be acknowledged, or takes everybody down with what was acknowledged just before. */
  readonly writing: ReadonlySet<string>;
}

/** The schedule as data, in order of time. Throws what `timingWithin` throws. */
export function planSchedule(request: ScheduleRequest): ScriptStep[] {
  const drawn = plan(request, new Set());
  const stalled = request.packages.map(({ family }) => family).filter((family) => !drawn.writing.has(family));
  // a family must have met acknowledged writes (rule 14): one that would not gets another first window
  const { steps } = stalled.length === 0 ? drawn : plan(request, new Set(stalled));
  return steps.sort((a, b) => a.at - b.at);
}

function plan(request: ScheduleRequest, stalled: ReadonlySet<string>): Plan {
  const timing = timingWithin(request);
  const lanes = lanesOf(request);
  const ordinals = new Map<string, number>();
  const writing = new Set<string>();
  const steps: ScriptStep[] = [];
  let start: number = timing.leastQuiet;
  for (let slot = 0; lanes.length > 0; slot++) {
    const most = longestWindow(request, timing, slot, start);
    if (most < timing.leastWindow) break;
    const rng = request.rng.fork('slot').fork(slot);
    const turns = lanes.map((lane, index) => turnOf(lane, index, slot, request, timing, most, ordinals, stalled));
    const longest = Math.max(...turns.map((turn) => turn.length));
    for (const turn of turns) {
      if (!turn.move.stallsWrites) writing.add(turn.family);
      const at = start + drawNs(turn.rng.fork('start'), 0, longest - turn.length);
      steps.push(...stepsOf(turn.move, turn.id, { start: wholeMs(at), end: wholeMs(at + turn.length) }, turn.rng.fork('steps'), request.detectionNs));
    }
    start =
      request.intervalNs === undefined
        ? start + longest + quietAfter(longest, most - longest, request, timing, rng)
        : timing.leastQuiet + (slot + 1) * request.intervalNs;
  }
  return { steps, writing };
}

/** What a lane does in a slot. */
interface Turn {
  readonly family: string;
  readonly move: Move;
  readonly id: string;
  readonly length: number;
  readonly rng: Rng;
}

function turnOf(
  lane: readonly Package[],
  index: number,
  slot: number,
  request: ScheduleRequest,
  timing: Timing,
  most: number,
  ordinals: Map<string, number>,
  stalled: ReadonlySet<string>,
): Turn {
  const laneRng = request.rng.fork('lane').fork(index);
  const order = shuffled(lane, laneRng.fork('round').fork(Math.floor(slot / lane.length)));
  const chosen = order[slot % lane.length] as Package;
  const ordinal = (ordinals.get(chosen.family) ?? 0) + 1;
  ordinals.set(chosen.family, ordinal);
  const rng = laneRng.fork('slot').fork(slot);
  const fitting = movesOf(chosen, ordinal, stalled).filter((each) => leastOf(each, timing, request.detectionNs) <= most);
  // a package of nothing but long moves does one of them in less time
  const move = weighted(fitting.length > 0 ? fitting : chosen.moves, (each) => each.weight, rng.fork('move')) as Move;
  const { intervalNs, dutyCycle } = request;
  const wanted = intervalNs !== undefined && dutyCycle !== undefined ? Math.max(timing.leastWindow, dutyCycle * intervalNs) : undefined;
  const length = Math.min(most, wanted ?? drawLength(move, timing, request.detectionNs, most, rng.fork('length')));
  return { family: chosen.family, move, id: `${chosen.family}-${ordinal}`, length, rng };
}

/** A family first shows up whole: in force for longer than the system takes to notice it (rule 14). */
function movesOf({ family, moves }: Package, ordinal: number, stalled: ReadonlySet<string>): readonly Move[] {
  const whole = moves.filter((move) => !move.burst && !move.rotate);
  const writing = whole.filter((move) => !move.stallsWrites);
  const first = stalled.has(family) && writing.length > 0 ? writing : whole;
  return ordinal === 1 && first.length > 0 ? first : moves;
}

/** What is left for the windows of a slot: within the interval, and such that the first round can be finished. */
function longestWindow({ timeLimitNs, intervalNs }: ScheduleRequest, timing: Timing, slot: number, start: number): number {
  const left = timeLimitNs - start;
  if (intervalNs !== undefined) return Math.min(intervalNs, left) - timing.leastQuiet;
  const reserved = Math.max(0, timing.turns - slot - 1) * (timing.leastWindow + timing.leastQuiet);
  return left - reserved - timing.leastQuiet;
}

/** The quiet after a window, at most `spare` longer than the least. */
function quietAfter(window: number, spare: number, { dutyCycle }: ScheduleRequest, { leastQuiet }: Timing, rng: Rng): number {
  const wanted = dutyCycle === undefined ? leastQuiet + drawNs(rng.fork('quiet'), 0, leastQuiet / 2) : (window * (1 - dutyCycle)) / dutyCycle;
  return wholeMs(Math.min(Math.max(wanted, leastQuiet), leastQuiet + spare));
}
