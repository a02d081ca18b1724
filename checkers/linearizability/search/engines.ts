/** The engines, in the order in which they are asked. One that is not made for a problem says `unsuitable`. */
import { fifoEngine } from '../collections/fifo-engine.ts';
import { priorityEngine } from '../collections/priority-engine.ts';
import { setEngine } from '../collections/set-engine.ts';
import { stackEngine } from '../collections/stack-engine.ts';
import { unorderedEngine } from '../collections/unordered-engine.ts';
import { counterEngine } from '../counting/counter-engine.ts';
import { electionEngine } from '../counting/election-engine.ts';
import { semaphoreEngine } from '../counting/semaphore-engine.ts';
import { versionChainsEngine } from '../kv/version-chains-engine.ts';
import { lockEngine } from '../locks/lock-engine.ts';
import { chainsEngine } from '../registers/chains/chains-engine.ts';
import { frontierEngine } from '../registers/frontier/frontier-engine.ts';
import type { Decision, Engine, Limits, Problem } from './engine.ts';
import { windowedEngine } from './windowed-engine.ts';

export const ENGINES: readonly Engine[] = [
  fifoEngine,
  unorderedEngine,
  priorityEngine,
  stackEngine,
  setEngine,
  lockEngine,
  semaphoreEngine,
  counterEngine,
  electionEngine,
  chainsEngine,
  versionChainsEngine,
  frontierEngine,
  windowedEngine,
];

/** The decision of the first engine that can tell, and its name; `explored` is what all of them took. `unsuitable` where none is made for the problem. */
export function decide(problem: Problem, limits: Limits, engines: readonly Engine[] = ENGINES): [string, Decision] {
  let last: [string, Decision] | undefined;
  let explored = 0;
  for (const engine of engines) {
    const decision = engine.decide(problem, limits);
    explored += decision.explored;
    if (decision.kind === 'undecided' && decision.why === 'unsuitable') continue;
    last = [engine.name, { ...decision, explored }];
    if (decision.kind !== 'undecided' || decision.why !== 'configurations') break;
  }
  return last ?? [`the engine ${engines.map(({ name }) => name).join(', ')}`, { kind: 'undecided', why: 'unsuitable', explored }];
}
