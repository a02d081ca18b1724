/** Fuzzing of the engines for everything that is no register. */
import type { History, Rng } from '../../../harness/contracts/index.ts';
import { ENGINES } from '../search/engines.ts';
import { FAMILIES } from './families.ts';
import { againstOracle, type Case, checkerAgainstOracle, type Drawn, type FuzzTarget, plantedViolations } from './fuzz-target.ts';
import { type Family, objectHistory } from './object-history.ts';
import { VIOLATIONS, type Violation } from './violations.ts';

const one = <T>(rng: Rng, list: readonly T[]): T => list[rng.int(0, list.length - 1)]!;

/** A small history of one of several shapes. */
export function smallObjectHistory(rng: Rng, family: Family, failed: number): History {
  return objectHistory(rng, {
    family,
    operations: rng.int(2, 9),
    clients: one(rng, [2, 3, 4, 8]),
    domain: one(rng, [0, 0, 0, 1, 2, 3]),
    overlap: one(rng, [0.5, 2, 4, 10]),
    crashed: one(rng, [0, 0.1, 0.3, 0.6]),
    corrupted: one(rng, [0, 0.15, 0.3, 0.6]),
    failed,
    failRefused: one(rng, [0, 0.5]),
  });
}

/** By the name of the model: all ways to use it. */
export const FAMILIES_BY_MODEL: ReadonlyMap<string, readonly Family[]> = Map.groupBy(FAMILIES, ({ model }) => model.name);

/** Draws small histories of any of the families. */
export const drawnOf =
  (families: readonly Family[]) =>
  (rng: Rng): Drawn => {
    const family = one(rng, families);
    const history = smallObjectHistory(rng, family, one(rng, [0, 0, 0.1]));
    const { model } = family;
    return { history, model: rng.int(0, 2) === 0 ? { ...model, failedConditions: 'observation' } : model };
  };

/** A long history of the family that is valid by construction. */
export function longHistory(rng: Rng, family: Family): History {
  return objectHistory(rng, { family, operations: 10_000, clients: 8, domain: 0, overlap: 3, crashed: 0, corrupted: 0, failed: 0, failRefused: 1 });
}

/** Violations in a long history are found, and their certificates hold. */
const missedViolation =
  (family: Family, kind: string, violate: Violation, times: number): Case =>
  (rng, tally) => {
    const valid = longHistory(rng, family);
    const done = plantedViolations(kind, family.model, (violation) => violate(violation, valid), rng.fork('violation'), times, tally);
    if (done === undefined) throw new Error(`a long history of a ${family.name} has no place for "${kind}"`);
    return done;
  };

/** Of each model: every engine that suits it, the general search among them, and the checker. */
export const OBJECT_TARGETS: readonly FuzzTarget[] = [...FAMILIES_BY_MODEL].flatMap(([model, families]): FuzzTarget[] => [
  { name: `oracle: ${model}`, batch: 500, run: againstOracle(ENGINES, drawnOf(families)) },
  { name: `checker: ${model}`, batch: 100, run: checkerAgainstOracle(drawnOf(families)) },
]);

/** Every kind of violation, so many of it in each valid history. */
export const violationTargets = (times: number): readonly FuzzTarget[] =>
  FAMILIES.flatMap((family) =>
    Object.entries(VIOLATIONS[family.name] ?? {}).map(
      ([kind, violate]): FuzzTarget => ({ name: `mutation: ${family.name}, ${kind}`, batch: 1, run: missedViolation(family, kind, violate, times) }),
    ),
  );
