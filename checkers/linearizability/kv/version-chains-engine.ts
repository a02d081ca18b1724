/**
 * The engine for strings under a key (model `kv`) made of parts that are there once: chains over versions, deletes included.
 * A value that is put or appended twice, a string that can be taken apart in two ways, many deletes that the same operations
 * can have met in a tangle, and a refused exchange without a place in the one order that was found are left to the search.
 * O(length of all strings) a choice of absences.
 */
import type { Decision, Engine, Problem } from '../search/engine.ts';
import { candidatesOf } from './absences.ts';
import { decideAbsences } from './choose-absences.ts';
import { withPassed } from './passed.ts';
import { versionForm } from './version-form.ts';

const UNSUITABLE: Decision = { kind: 'undecided', why: 'unsuitable', explored: 0 };

export const versionChainsEngine: Engine = {
  name: 'version-chains',
  decide(problem: Problem): Decision {
    if (problem.classes.model.name !== 'kv') return UNSUITABLE;
    const version = versionForm(problem);
    if (version === undefined) return UNSUITABLE;
    if ('impossible' in version) return { kind: 'illegal', suspect: version.impossible, certain: true, core: Int32Array.of(version.impossible), explored: 0 };
    const candidates = candidatesOf(version);
    if (candidates === undefined) return UNSUITABLE;
    const decision = decideAbsences(version, candidates);
    if (decision.kind === 'illegal' && version.doubtful.some((op) => decision.core?.includes(op))) return UNSUITABLE;
    if (decision.kind !== 'legal' || version.passed.length === 0) return decision;
    const witness = withPassed(version, decision.witness, problem);
    return witness ? { ...decision, witness } : UNSUITABLE;
  },
};
