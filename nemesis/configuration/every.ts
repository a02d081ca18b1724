/** When faults come, as configurations say it: `every('5s', partition('majority'), kill('one'))`. */
import type { Use } from '../../harness/configuration/use.ts';
import type { Fault } from '../../harness/contracts/index.ts';

/** Faults that take turns, one at a time. */
export interface Turns {
  /** From the start of one window to the start of the next, on average: '5s'. */
  readonly interval: string;
  /** Families by name, faults of ours or of your own with their options. */
  readonly faults: readonly (string | Use<Fault>)[];
}

/** These faults in turns, each time for a window inside the interval and with quiet after it. */
export function every(interval: string, ...faults: readonly (string | Use<Fault>)[]): Turns {
  return { interval, faults };
}
