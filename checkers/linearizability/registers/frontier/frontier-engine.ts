/**
 * The engine for registers with repeated values: a frontier of configurations, first a narrow one (a linearization found
 * that way is one), then, where that dies or where anything it dropped may have mattered, an exact one.
 */
import type { Decision, Engine, Limits, Problem } from '../../search/engine.ts';
import { registerForm } from '../register-form.ts';
import { searchFrontier } from './frontier-search.ts';
import { frontierSpace } from './frontier-space.ts';

/** Configurations of the narrow frontier. */
const BEAM = 64;

export const frontierEngine: Engine = {
  name: 'frontier',
  decide(problem: Problem, limits: Limits): Decision {
    if (!problem.classes.model.asRegister) return { kind: 'undecided', why: 'unsuitable', explored: 0 };
    const space = frontierSpace(registerForm(problem));
    const narrow = searchFrontier(space, limits, BEAM);
    if (narrow.kind !== 'stopped') return narrow;
    if (narrow.why !== 'cut') return { ...narrow, kind: 'undecided', why: narrow.why };
    const exact = searchFrontier(space, limits, Number.POSITIVE_INFINITY);
    const explored = narrow.explored + exact.explored;
    if (exact.kind !== 'stopped') return { ...exact, explored };
    if (exact.why === 'cut') throw new Error('an exact search dropped configurations');
    return { kind: 'undecided', why: exact.why, suspect: exact.suspect, explored };
  },
};
