/** The general engine: any model, registers in their own, faster form. */
import type { Value } from '../../../harness/contracts/index.ts';
import type { Decision, Engine, Limits, Problem } from './engine.ts';
import { modelSpace } from './model-space.ts';
import { registerSpace } from './register-space.ts';
import { searchSpace } from './windowed-search.ts';

export const windowedEngine: Engine = {
  name: 'windowed-search',
  decide(problem: Problem, limits: Limits): Decision {
    const { operations, classes } = problem;
    const init = 'init' in problem ? problem.init : classes.model.init;
    const space = classes.model.asRegister ? registerSpace(operations, classes, init as Value) : modelSpace(operations, classes, init);
    return searchSpace(space, limits);
  },
};
