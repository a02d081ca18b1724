/** All that `npm run fuzz` goes through. */
import { GENERAL_TARGETS } from './fuzz-general.ts';
import { OBJECT_TARGETS, VIOLATION_TARGETS } from './fuzz-objects.ts';
import { REGISTER_TARGETS } from './fuzz-registers.ts';
import type { FuzzTarget } from './fuzz-target.ts';

export const FUZZ_TARGETS: readonly FuzzTarget[] = [...GENERAL_TARGETS, ...REGISTER_TARGETS, ...OBJECT_TARGETS, ...VIOLATION_TARGETS];

/** By its whole name. */
export function fuzzTargetNamed(name: string): FuzzTarget {
  const found = FUZZ_TARGETS.find((target) => target.name === name);
  if (found === undefined) throw new Error(`there is nothing to fuzz called "${name}"`);
  return found;
}
