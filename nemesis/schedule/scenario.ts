/** Named scenarios: "at 2 s isolate one, at 3 s kill the majority, at 4 s heal", written as lines. */
import type { FaultInstance, Value } from '../../harness/contracts/index.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { parseDuration } from '../../harness/time/units.ts';
import type { ScriptStep } from './script.ts';

/** `['2s', 'inject', 'partition', { topology: 'halves' }, 'cut']` and `['3s', 'heal', 'cut']`. A fault without a name of its own is `<fault>-<n>`. */
export type ScenarioLine =
  | readonly [at: string | number, what: 'inject', fault: string, options?: Value, id?: string]
  | readonly [at: string | number, what: 'heal', id: string];

/** The scenario as data. Throws ORDEAL_BAD_DURATION, and ORDEAL_BAD_CONFIG for a heal of what was never injected. */
export function scenarioSteps(lines: readonly ScenarioLine[]): ScriptStep[] {
  const instances = new Map<string, FaultInstance>();
  return lines.map((line, index): ScriptStep => {
    const where = `line ${index + 1} of a scenario`;
    const at = parseDuration(line[0], where);
    if (line[1] === 'inject') {
      const value: FaultInstance = { id: line[4] ?? `${line[2]}-${instances.size + 1}`, fault: line[2], options: line[3] ?? {} };
      if (instances.has(value.id)) throw badLine(where, `there are two faults "${value.id}"`);
      instances.set(value.id, value);
      return { at, f: 'inject', value };
    }
    const value = instances.get(line[2]);
    if (!value) throw badLine(where, `"${line[2]}" is healed, but not injected before`);
    return { at, f: 'heal', value };
  });
}

function badLine(where: string, what: string): OrdealError {
  return new OrdealError('ORDEAL_BAD_CONFIG', { what, where, remedy: "Write [time, 'inject', fault, options, id] and [time, 'heal', id]." });
}
