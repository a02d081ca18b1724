/** What happens to clocks: they jump, run fast or slow, swing to and fro, stand still. Each target draws its own amount, so that clocks disagree. */
import { z } from 'zod';
import type { Action, Fault, Rng } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { select, selectionOption } from '../selection/selection.ts';
import { CLOCK_DRIFT, CLOCK_FREEZE, CLOCK_JUMP, CLOCK_STROBE } from './capabilities.ts';

const SCOPES = ['wall', 'monotonic', 'both'] as const;
/** What every host can tell from outside: a server that says its time in whole seconds is read to a second either way. */
const SMALLEST_JUMP_MS = 2_500;
/** A tenth: so much shows within the seconds that a window has, though the server tells whole seconds. */
const SMALLEST_DRIFT_PPM = 100_000;

const nonzero = (value: number): boolean => value !== 0;

const jumpOptions = z.strictObject({
  target: selectionOption.default('one'),
  offsetMs: z
    .int()
    .refine(nonzero, 'an offset of 0 is no jump')
    .optional()
    .describe('By how many milliseconds, forwards or (negative) backwards; drawn at random where absent.'),
  maxOffsetMs: z
    .int()
    .min(SMALLEST_JUMP_MS)
    .default(60_000)
    .describe('The largest jump that is drawn, in milliseconds; small and large ones are equally likely.'),
  scope: z.enum(SCOPES).default('wall').describe('Which clock jumps: what the node calls the time of day, what it measures durations with, or both.'),
});

export type ClockJumpOptions = z.infer<typeof jumpOptions>;

export const clockJump: Fault<ClockJumpOptions> = {
  name: 'clock-jump',
  family: 'clock',
  summary: 'sets the clocks of nodes forwards or backwards, and back to the true time when the window ends',
  needs: [CLOCK_JUMP],
  options: jumpOptions,
  plan(options, view, rng) {
    return select(options.target, view, rng.fork('target')).map((node): Action => {
      const offset = ms(options.offsetMs ?? magnitude(rng.fork(node), SMALLEST_JUMP_MS, options.maxOffsetMs));
      return { control: 'clocks', params: { type: 'jump', nodes: [node], offset, scope: options.scope } };
    });
  },
};

const strobeOptions = z.strictObject({
  target: selectionOption.default('one'),
  amplitudeMs: z
    .int()
    .refine(nonzero, 'an amplitude of 0 is no strobe')
    .optional()
    .describe('By how many milliseconds the clock swings, forwards or (negative) backwards; drawn at random where absent.'),
  maxAmplitudeMs: z.int().min(SMALLEST_JUMP_MS).default(60_000).describe('The largest amplitude that is drawn, in milliseconds.'),
  halfMs: z.int().min(1).max(2_000).default(200).describe('How long the clock stays on each side, in milliseconds.'),
  scope: z.enum(SCOPES).default('wall').describe('Which clock swings.'),
});

export type ClockStrobeOptions = z.infer<typeof strobeOptions>;

export const clockStrobe: Fault<ClockStrobeOptions> = {
  name: 'clock-strobe',
  family: 'clock',
  summary: 'makes the clocks of nodes swing between the true time and another, many times a second or every few, until the window ends',
  needs: [CLOCK_STROBE],
  options: strobeOptions,
  plan(options, view, rng) {
    return select(options.target, view, rng.fork('target')).map((node): Action => {
      const amplitude = ms(options.amplitudeMs ?? magnitude(rng.fork(node), SMALLEST_JUMP_MS, options.maxAmplitudeMs));
      return { control: 'clocks', params: { type: 'strobe', nodes: [node], amplitude, half: ms(options.halfMs), scope: options.scope } };
    });
  },
};

const freezeOptions = z.strictObject({
  target: selectionOption.default('one'),
  scope: z.enum(SCOPES).default('wall').describe('Which clock stands still. A program whose monotonic clock stands still may hang.'),
});

export type ClockFreezeOptions = z.infer<typeof freezeOptions>;

export const clockFreeze: Fault<ClockFreezeOptions> = {
  name: 'clock-freeze',
  family: 'clock',
  summary: 'stops the clocks of nodes while the nodes go on; they show the true time again when the window ends',
  needs: [CLOCK_FREEZE],
  options: freezeOptions,
  plan(options, view, rng) {
    const nodes = select(options.target, view, rng.fork('target'));
    return nodes.map((node): Action => ({ control: 'clocks', params: { type: 'freeze', nodes: [node], scope: options.scope } }));
  },
};

const driftOptions = z.strictObject({
  target: selectionOption.default('one'),
  ppm: z
    .int()
    .min(-900_000)
    .max(9_000_000)
    .refine(nonzero, 'a drift of 0 is none')
    .optional()
    .describe('How much too fast (or, negative, too slow) in parts per million; drawn at random where absent.'),
  maxPpm: z.int().positive().max(900_000).default(200_000).describe('The largest drift that is drawn, in parts per million.'),
  scope: z.enum(SCOPES).default('both').describe('Which clock drifts.'),
});

export type ClockDriftOptions = z.infer<typeof driftOptions>;

export const clockDrift: Fault<ClockDriftOptions> = {
  name: 'clock-drift',
  family: 'clock',
  summary: 'makes the clocks of nodes run too fast or too slow, until the window ends',
  needs: [CLOCK_DRIFT],
  options: driftOptions,
  plan(options, view, rng) {
    return select(options.target, view, rng.fork('target')).map((node): Action => {
      const ppm = options.ppm ?? magnitude(rng.fork(node), Math.min(SMALLEST_DRIFT_PPM, options.maxPpm), options.maxPpm);
      return { control: 'clocks', params: { type: 'drift', nodes: [node], ppm, scope: options.scope } };
    });
  },
};

/** Of either sign, every doubling between the bounds equally likely; integers only, so that every engine agrees. */
function magnitude(rng: Rng, smallest: number, largest: number): number {
  const lows: number[] = [];
  for (let low = smallest; low <= largest; low *= 2) lows.push(low);
  const low = lows[rng.int(0, lows.length - 1)] ?? smallest;
  const size = rng.int(low, Math.min(largest, low * 2));
  return rng.int(0, 1) === 0 ? -size : size;
}
