/**
 * The named scenario that provokes `no-joint-consensus` (rule 32): a change of members after which old and new ones can
 * decide each for themselves. The clean store must pass it like any other schedule.
 *
 * It begins with members that leave one at a time and come back, as any store must bear. Then, turn by turn:
 * 1. Whoever leads is cut off from the other members, and not from its clients.
 * 2. It is told at once to remove all others. Told in one step, it is its own majority from then on. With a joint
 *    configuration it needs a majority of the old members as well, which it does not have, and nothing comes of it.
 * 3. The others know of nothing, elect another leader, and go on.
 * 4. The cut is healed: of two histories one is thrown away.
 */
import type { RunPlan } from '../plans/plan.ts';

type Line = RunPlan['faults']['scenario'][number];

const START_MS = 1_000;
/** One member leaves for so long, in the beginning. */
const AWAY_MS = 1_500;
/** From the cut to its heal, and from there to the end of the leave; then quiet. */
const SPLIT_MS = 2_500;
const AFTER_MS = 300;
const QUIET_MS = 3_200;
const TURN_MS = SPLIT_MS + AFTER_MS + QUIET_MS;

/** The lines for a cluster of any size, in order of time; they end quietly before the time limit. */
export function twoMajorities(timeLimitMs: number): Line[] {
  const lines: Line[] = [
    [`${START_MS}ms`, 'inject', 'leave', { target: 'one' }, 'away'],
    [`${START_MS + AWAY_MS}ms`, 'heal', 'away'],
  ];
  for (let turn = 1, start = START_MS + AWAY_MS + QUIET_MS; start + TURN_MS <= timeLimitMs; turn++, start += TURN_MS) {
    lines.push(
      [`${start}ms`, 'inject', 'partition', { topology: 'primaries' }, `cut-${turn}`],
      [`${start}ms`, 'inject', 'leave', { target: 'followers', leaving: 'anything' }, `gone-${turn}`],
      [`${start + SPLIT_MS}ms`, 'heal', `cut-${turn}`],
      [`${start + SPLIT_MS + AFTER_MS}ms`, 'heal', `gone-${turn}`],
    );
  }
  return lines;
}
