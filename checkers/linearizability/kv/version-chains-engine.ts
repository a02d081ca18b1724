/** The engine for strings under a key (model `kv`) made of parts that are there once: chains over versions. O(length of all strings). */
import { decideChains } from '../registers/chains/chains-engine.ts';
import type { Decision, Engine, Problem } from '../search/engine.ts';
import { versionForm } from './version-form.ts';

const UNSUITABLE: Decision = { kind: 'undecided', why: 'unsuitable', explored: 0 };

export const versionChainsEngine: Engine = {
  name: 'version-chains',
  decide(problem: Problem): Decision {
    if (problem.classes.model.name !== 'kv') return UNSUITABLE;
    const form = versionForm(problem);
    if (form === undefined) return UNSUITABLE;
    if ('impossible' in form) return { kind: 'illegal', suspect: form.impossible, certain: true, core: Int32Array.of(form.impossible), explored: 0 };
    return decideChains(form);
  },
};
