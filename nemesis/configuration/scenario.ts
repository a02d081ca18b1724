/** Faults at given times, as configurations say it: `scenario(['2s', 'inject', partition('majority'), 'cut'], ['4s', 'heal', 'cut'])`. */
import type { Use } from '../../harness/configuration/use.ts';
import type { Fault } from '../../harness/contracts/index.ts';

/** Times count from the start of the workload. The name is what `heal` calls the fault by. */
export type Act = readonly [at: string, what: 'inject', fault: string | Use<Fault>, name: string] | readonly [at: string, what: 'heal', name: string];

export interface Scenario {
  readonly acts: readonly Act[];
}

/** These faults at these times, instead of a schedule that is drawn. What is still in force when the run ends is healed then, and proves nothing (rule 12). */
export function scenario(...acts: readonly Act[]): Scenario {
  return { acts };
}
