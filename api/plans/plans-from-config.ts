/** From a configuration to plans: one per test and seed. Flags that were given override it. */
import type { Use } from '../../harness/configuration/use.ts';
import { freshSeed } from '../../harness/random/seed.ts';
import { DEFAULT_OUT } from '../../harness/store/index.ts';
import type { Act } from '../../nemesis/index.ts';
import { SYSTEMS } from '../../targets/registry/systems.ts';
import type { OrdealConfig, TestConfig } from '../config/define-config.ts';
import { actsOf, faultsOf, testOf } from '../config/load-config.ts';
import { PLAN_DEFAULTS, type RunPlan } from './plan.ts';
import { durationMs, namesIn, type PlanFlags, positive, positiveInteger, seedOf } from './plan-from-flags.ts';

/** Throws ORDEAL_BAD_CONFIG for an unknown test, ORDEAL_BAD_DURATION for a duration. */
export function plansFromConfig(
  loaded: { readonly url: string; readonly config: OrdealConfig },
  flags: PlanFlags & { readonly test?: string | undefined },
): RunPlan[] {
  const { url, config } = loaded;
  const names = flags.test === undefined ? Object.keys(config.tests) : [flags.test];
  return names.flatMap((name) => {
    const test = testOf(config, name, url);
    const seeds = flags.seed === undefined ? (test.seeds ?? [freshSeed()]) : [seedOf(flags.seed)];
    return seeds.map((seed) => planOf(url, config, name, test, seed, flags));
  });
}

function planOf(url: string, config: OrdealConfig, name: string, test: TestConfig, seed: number | string, flags: PlanFlags): RunPlan {
  const where = (key: string): string => `tests.${name}.${key}`;
  const interval = flags.interval ?? test.interval ?? (test.faults !== undefined && 'interval' in test.faults ? test.faults.interval : undefined);
  const overlap = flags.overlap ?? test.overlap;
  const readyTimeout = flags.readyTimeout ?? test.readyTimeout;
  const given = flags.faults === undefined ? faultsOf(test) : namesIn(flags.faults);
  const system = named(config.system);
  return {
    name,
    system,
    host: { name: flags.host ?? config.host ?? SYSTEMS[system.name]?.defaultHost ?? 'sim', options: plain(config.hostOptions ?? {}) },
    workload: named(test.workload),
    faults: {
      families: given.filter((fault) => typeof fault === 'string'),
      chosen: given.filter((fault) => typeof fault !== 'string').map(named),
      scenario: flags.faults === undefined ? actsOf(test).map(lineOf) : [],
      options: { ...(interval !== undefined && { intervalMs: durationMs(interval, where('interval')) }), ...(overlap !== undefined && { overlap }) },
      ...((flags.beyondFaultModel ?? test.beyondFaultModel) === true && { beyondFaultModel: true }),
    },
    nodes: positiveInteger(flags.nodes, '--nodes') ?? config.nodes ?? ownNodes(config) ?? SYSTEMS[system.name]?.defaultNodes ?? PLAN_DEFAULTS.nodes,
    concurrency: positiveInteger(flags.concurrency, '--concurrency') ?? test.concurrency ?? PLAN_DEFAULTS.concurrency,
    clients: flags.clients ?? test.clients ?? PLAN_DEFAULTS.clients,
    ratePerSecond: positive(flags.rate, '--rate') ?? test.rate ?? PLAN_DEFAULTS.ratePerSecond,
    timeLimitMs: durationMs(flags.timeLimit ?? test.timeLimit ?? `${PLAN_DEFAULTS.timeLimitMs}ms`, where('timeLimit')),
    ...(readyTimeout !== undefined && { readyMs: durationMs(readyTimeout, where('readyTimeout')) }),
    seed,
    out: flags.out ?? config.out ?? DEFAULT_OUT,
    config: { url, test: name },
  };
}

/** So many as a system of the user's own says that it takes. */
function ownNodes({ system }: OrdealConfig): number | undefined {
  return typeof system === 'string' ? undefined : system.use.nodes;
}

function lineOf(act: Act): RunPlan['faults']['scenario'][number] {
  if (act[1] === 'heal') return [...act];
  const [at, what, fault, id] = act;
  const { name, options } = named(fault);
  return [at, what, name, options, id];
}

function named(thing: string | Use<{ readonly name: string }>): RunPlan['system'] {
  return typeof thing === 'string' ? { name: thing, options: {} } : { name: thing.use.name, options: plain(thing.options) };
}

/** Options cross to a worker as JSON. */
function plain(options: Readonly<Record<string, unknown>>): RunPlan['system']['options'] {
  return JSON.parse(JSON.stringify(options)) as RunPlan['system']['options'];
}
