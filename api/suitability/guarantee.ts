/** What no service can promise is refused before the run (rule 29). */
import type { Fault, ModuleRef, System } from '../../harness/contracts/index.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';

/** Faults by which a service stops between asking the outside world and writing down that it did. */
const CRASHES = ['process.kill', 'process.power-loss'];

/** Throws ORDEAL_IMPOSSIBLE_GUARANTEE for exactly once, a plain sink and crashes together. `faults` are those that the run may inject. */
export function refuseImpossible(system: Pick<System, 'name' | 'sink'>, checks: readonly ModuleRef[], faults: readonly Fault[]): void {
  if (system.sink !== 'plain') return;
  if (!checks.some(({ name, options }) => name === 'sideEffects' && (options as { readonly guarantee?: string }).guarantee === 'exactly-once')) return;
  const crash = faults.find(({ needs }) => needs.some((capability) => CRASHES.includes(capability)));
  if (crash === undefined) return;
  throw new OrdealError('ORDEAL_IMPOSSIBLE_GUARANTEE', {
    what: `no service can have exactly one effect for each request when it crashes ("${crash.name}") and the outside world applies whatever arrives (sink "plain"): after a crash it cannot know whether its last request arrived`,
    where: system.name,
  });
}
