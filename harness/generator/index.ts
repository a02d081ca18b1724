/** Generators: what clients and the nemesis do next, as pure values. */
export { concurrencyLimit, cycle, limit, once, processLimit, repeat, timeLimit, untilOk } from './bound.ts';
export { cache } from './cache.ts';
export { any, mix, shortestAny } from './choose.ts';
export { GeneratorContext, type RunView } from './context.ts';
export { fromStart } from './from-start.ts';
export { badOperation, complaintAbout, friendlyExceptions, generatorError, validate } from './guard.ts';
export type { Distribution } from './intervals.ts';
export { concurrentKeys, type Key, keyed, type PerKey, sequentialKeys } from './keys.ts';
export { delayed, EMPTY, isGenerator, type Liftable, lift, type OpFunction, type OpTemplate } from './lift.ts';
export { delay, type RateOptions, rate, stagger } from './pace.ts';
export { GeneratorPath } from './path.ts';
export { clients, eachProcess, eachThread, nemesis, on, onThreads, reserve } from './route.ts';
export { DONE, PENDING, pendingUntil, Scope, sooner, Wrapper } from './scope.ts';
export { andThen, concat, cycleTimes, flipFlop, phases, synchronize } from './sequence.ts';
export { imperfect, invocations, perfect, perfectInfo, quick, type SimulationOptions, type SystemModel, simulate } from './simulate.ts';
export { isSpecial, log, type SpecialOp, sleep } from './special.ts';
export { filter, fMap, map, onUpdate, type Reaction, trace } from './transform.ts';
