/** Fuzzing of the engines for everything that is no register. */
import type { History, Rng } from '../../../harness/contracts/index.ts';
import { ENGINES } from '../search/engines.ts';
import { FAMILIES } from './families.ts';
import { againstOracle, type Case, checkerAgainstOracle, type Drawn, type FuzzTarget, unconvicted } from './fuzz-target.ts';
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

/** Of eight clients. That a semaphore is overdrawn shows only in all that was done since it last was certainly free. */
const longLength = ({ model }: Family): number => (model.name === 'semaphore' ? 500 : 10_000);

/** A long history of the family that is valid by construction. */
export function longHistory(rng: Rng, family: Family): History {
  return objectHistory(rng, { family, operations: longLength(family), clients: 8, domain: 0, overlap: 3, crashed: 0, corrupted: 0, failed: 0, failRefused: 1 });
}

/** A violation in a long history is found, and its certificate holds. */
const missedViolation =
  (family: Family, kind: string, violate: Violation): Case =>
  (rng) => {
    const history = violate(rng.fork('violation'), longHistory(rng, family));
    if (history === undefined) throw new Error(`a long history of a ${family.name} has no place for "${kind}"`);
    return { problem: unconvicted(kind, history, family.model), history };
  };

/** Of each model: every engine that suits it, the general search among them, and the checker. */
export const OBJECT_TARGETS: readonly FuzzTarget[] = [...FAMILIES_BY_MODEL].flatMap(([model, families]): FuzzTarget[] => [
  { name: `oracle: ${model}`, batch: 500, run: againstOracle(ENGINES, drawnOf(families)) },
  { name: `checker: ${model}`, batch: 100, run: checkerAgainstOracle(drawnOf(families)) },
]);

export const VIOLATION_TARGETS: readonly FuzzTarget[] = FAMILIES.flatMap((family) =>
  Object.entries(VIOLATIONS[family.name] ?? {}).map(
    ([kind, violate]): FuzzTarget => ({ name: `mutation: ${family.name}, ${kind}`, batch: 1, run: missedViolation(family, kind, violate) }),
  ),
);
