/**
 * What the union of clock changes amounts to for one node at one moment: pure. Jumps add; a drift adds its rate, and what
 * it has gained since it was injected, so that neither a restart nor another change moves the clock by surprise.
 */
import type { ClockParams, NodeId } from '../../../harness/contracts/index.ts';
import { type Active, concerns, frozenSince, strobeOn } from '../desired-state.ts';
import { type ClockSetting, type ClockShift, isMoved } from './stub.ts';

/** True time now: of the wall clock since 1970, of the machine's monotonic clock; ns. */
export interface TrueTime {
  readonly wallNs: bigint;
  readonly monotonicNs: bigint;
}

const MILLION = 1_000_000n;
/** Loses all of the time that goes by. */
const STANDING_PPM = -1_000_000;

/** `since`: for each change when it was injected, by the true monotonic clock. */
export function clockSetting(active: Active<ClockParams>, since: ReadonlyMap<string, bigint>, node: NodeId, now: TrueTime): ClockSetting {
  return {
    wall: { ...sum(active, since, node, now, 'wall'), sinceNs: now.wallNs },
    monotonic: { ...sum(active, since, node, now, 'monotonic'), sinceNs: now.monotonicNs },
  };
}

function sum(
  active: Active<ClockParams>,
  since: ReadonlyMap<string, bigint>,
  node: NodeId,
  now: TrueTime,
  clock: 'wall' | 'monotonic',
): Omit<ClockShift, 'sinceNs'> {
  const frozen = frozenSince(active, since, node, clock);
  const until = frozen ?? now.monotonicNs;
  let offsetNs = until - now.monotonicNs;
  let ppm = 0;
  for (const [id, params] of active) {
    if (!concerns(params, node, clock)) continue;
    if (params.type === 'jump') offsetNs += BigInt(params.offset);
    if (params.type !== 'drift') continue;
    ppm += params.ppm;
    const from = since.get(id) ?? now.monotonicNs;
    if (from < until) offsetNs += ((until - from) * BigInt(Math.round(params.ppm))) / MILLION;
  }
  if (frozen !== undefined) return { offsetNs, ppm: STANDING_PPM };
  const strobe = strobeOn(active, node, clock);
  return { offsetNs, ppm, ...(strobe && { strobe: { halfNs: BigInt(strobe.half), amplitudeNs: BigInt(strobe.amplitude) } }) };
}

export function isTrueTime(setting: ClockSetting): boolean {
  return !isMoved(setting.wall) && !isMoved(setting.monotonic);
}

/** By how much the clock is away from the true time at `now`, a strobe left out. */
export function offsetAt(shift: ClockShift, now: bigint): bigint {
  return shift.offsetNs + ((now - shift.sinceNs) * BigInt(Math.round(shift.ppm))) / MILLION;
}
