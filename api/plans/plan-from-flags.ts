/** From flags to a plan: names are looked up, durations read, the seed drawn when none was given. */
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { freshSeed } from '../../harness/random/seed.ts';
import { DEFAULT_OUT } from '../../harness/store/index.ts';
import { NS_PER_MS, parseDuration } from '../../harness/time/units.ts';
import { HOSTS } from '../../targets/registry/hosts.ts';
import { SYSTEMS } from '../../targets/registry/systems.ts';
import { WORKLOADS } from '../../workloads/registry/workloads.ts';
import { lookUp } from '../resolve.ts';
import { PLAN_DEFAULTS, type RunPlan } from './plan.ts';

/** Flags as the command line (or a program) gives them: text. */
export interface PlanFlags {
  readonly host?: string | undefined;
  readonly nodes?: string | undefined;
  readonly workload?: string | undefined;
  readonly faults?: string | undefined;
  readonly interval?: string | undefined;
  readonly beyondFaultModel?: boolean | undefined;
  readonly overlap?: 'one' | 'one-per-resource' | undefined;
  readonly timeLimit?: string | undefined;
  readonly readyTimeout?: string | undefined;
  readonly rate?: string | undefined;
  readonly concurrency?: string | undefined;
  readonly clients?: 'pinned' | 'roaming' | undefined;
  readonly seed?: string | undefined;
  readonly out?: string | undefined;
  readonly [flag: string]: unknown;
}

/** Reads from the flags what belongs to a schema. The command line owns the spelling of flags. */
export type PickOptions = (schema: unknown, flags: PlanFlags) => Record<string, unknown>;

/** Throws ORDEAL_UNKNOWN_… for names that do not exist, ORDEAL_BAD_OPTION and ORDEAL_BAD_DURATION for values. */
export async function planFromFlags(systemName: string, flags: PlanFlags, pick: PickOptions): Promise<RunPlan> {
  const entry = lookUp(SYSTEMS, systemName, 'system', 'ORDEAL_UNKNOWN_SYSTEM');
  const workloadName = flags.workload ?? entry.defaultWorkload;
  const hostName = flags.host ?? entry.defaultHost;
  const [system, workload, host] = await Promise.all([
    entry.load(),
    lookUp(WORKLOADS, workloadName, 'workload', 'ORDEAL_UNKNOWN_WORKLOAD', '--workload').load(),
    lookUp(HOSTS, hostName, 'host', 'ORDEAL_UNKNOWN_HOST', '--host').load(),
  ]);
  const options = (schema: unknown): RunPlan['system']['options'] => pick(schema, flags) as RunPlan['system']['options'];
  return {
    name: `${systemName}-${workloadName}`,
    system: { name: systemName, options: options(system.options) },
    host: { name: hostName, options: options(host.options) },
    workload: { name: workloadName, options: options(workload.options) },
    faults: {
      families: namesIn(flags.faults),
      chosen: [],
      scenario: [],
      options: {
        ...(flags.interval !== undefined && { intervalMs: durationMs(flags.interval, '--interval') }),
        ...(flags.overlap !== undefined && { overlap: flags.overlap }),
      },
      ...(flags.beyondFaultModel === true && { beyondFaultModel: true }),
    },
    nodes: positiveInteger(flags.nodes, '--nodes') ?? entry.defaultNodes,
    concurrency: positiveInteger(flags.concurrency, '--concurrency') ?? PLAN_DEFAULTS.concurrency,
    clients: flags.clients ?? PLAN_DEFAULTS.clients,
    ratePerSecond: positive(flags.rate, '--rate') ?? PLAN_DEFAULTS.ratePerSecond,
    timeLimitMs: flags.timeLimit === undefined ? PLAN_DEFAULTS.timeLimitMs : durationMs(flags.timeLimit, '--time-limit'),
    ...(flags.readyTimeout !== undefined && { readyMs: durationMs(flags.readyTimeout, '--ready-timeout') }),
    seed: seedOf(flags.seed),
    out: flags.out ?? DEFAULT_OUT,
  };
}

/** A seed as typed: whole numbers are numbers, so that `7` and a configuration's 7 are the same. */
export function seedOf(text: string | undefined): number | string {
  if (text === undefined) return freshSeed();
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}

/** ms of a duration; text without a unit is seconds. Throws ORDEAL_BAD_DURATION, ORDEAL_BAD_OPTION for zero. */
export function durationMs(text: string, where: string): number {
  const value = parseDuration(text, where) / NS_PER_MS;
  if (value > 0) return value;
  throw new OrdealError('ORDEAL_BAD_OPTION', { what: 'it must be longer than nothing', where, value: text });
}

/** Names between commas; `none` is none. */
export function namesIn(list: string | undefined): string[] {
  const names = (list ?? '').split(',').map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== '' && name !== 'none'))];
}

/** A number above zero. Throws ORDEAL_BAD_OPTION. */
export function positive(text: string | undefined, where: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new OrdealError('ORDEAL_BAD_OPTION', { what: `"${text}" is not a number above zero`, where, value: text });
}

/** A whole number above zero. Throws ORDEAL_BAD_OPTION. */
export function positiveInteger(text: string | undefined, where: string): number | undefined {
  const value = positive(text, where);
  if (value === undefined || Number.isInteger(value)) return value;
  throw new OrdealError('ORDEAL_BAD_OPTION', { what: `"${text}" is not a whole number`, where, value: text });
}
