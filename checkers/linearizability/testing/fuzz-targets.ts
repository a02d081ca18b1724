/** All that `npm run fuzz` goes through. */
import { GENERAL_TARGETS } from './fuzz-general.ts';
import { OBJECT_TARGETS, violationTargets } from './fuzz-objects.ts';
import { mutationTargets, REGISTER_TARGETS } from './fuzz-registers.ts';
import type { FuzzTarget } from './fuzz-target.ts';

/** Histories with a violation that are made of one valid history; making that takes longest. */
export const PLANTED = 4;

export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  ...GENERAL_TARGETS,
  ...REGISTER_TARGETS,
  ...OBJECT_TARGETS,
  ...mutationTargets(PLANTED),
  ...violationTargets(PLANTED),
];

/** By its whole name. */
export function fuzzTargetNamed(name: string): FuzzTarget {
  const found = FUZZ_TARGETS.find((target) => target.name === name);
  if (found === undefined) throw new Error(`there is nothing to fuzz called "${name}"`);
  return found;
}
