/** Time and randomness, both injected. */
import type { Ns } from './value.ts';

export interface Timer {
  /** Idempotent; does nothing after the timer fired. */
  cancel(): void;
}

export interface Clock {
  now(): Ns;
  /** Calls `run` at `time` (at once, but never synchronously, when that is past). Equal times fire in order of registration. */
  at(time: Ns, run: () => void): Timer;
  /** Resolves after `duration`; rejects with the signal's reason when it is aborted. */
  sleep(duration: Ns, signal?: AbortSignal): Promise<void>;
}

/**
 * Keyed, not sequential: a fork depends on the seed and on the names alone, never on how much was drawn before, so that
 * adding or removing one fault does not reshuffle everything else.
 */
export interface Rng {
  fork(name: string | number): Rng;
  /** A uniform integer, both ends included. */
  int(minInclusive: number, maxInclusive: number): number;
  /** A uniform number in [0, 1). */
  float01(): number;
}
