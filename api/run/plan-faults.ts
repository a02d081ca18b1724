/** From the families of a plan to a schedule and the faults that it names, cut to what the system claims and the host can do. */
import type { Capability, Fault, Generator, HostKind, ModuleRef, Ns, ProbedCapability, Rng, System, Value } from '../../harness/contracts/index.ts';
import { isOrdealError, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { unknownName } from '../../harness/errors/suggest.ts';
import { ms } from '../../harness/time/units.ts';
import { MEMBER_CHANGE, MEMBER_LEARN, MEMBER_PROMOTE } from '../../nemesis/faults/capabilities.ts';
import { FAULTS } from '../../nemesis/registry/faults.ts';
import { FAMILIES, type Package, packageFor, planSchedule, type ScriptStep, scenarioSteps, scripted } from '../../nemesis/schedule/index.ts';
import type { RunPlan } from '../plans/plan.ts';
import { parseOptions } from '../resolve.ts';
import { refuseImpossible } from '../suitability/guarantee.ts';
import { requireCapabilities } from '../suitability/suitability.ts';

export interface FaultPlan {
  readonly schedule: Generator;
  /** What the schedule does when, as far as it is settled before the run. */
  readonly steps: readonly ScriptStep[];
  /** All faults that the schedule may name: loaded before the run, since nothing may be loaded during one. */
  readonly faults: ReadonlyMap<string, Fault>;
  /** What the host must have in place before the system starts. */
  readonly instrument: ReadonlySet<Capability>;
  /** The families, as the coverage check asks for them. */
  readonly families: readonly string[];
}

export interface FaultScope {
  readonly plan: RunPlan;
  readonly system: System;
  readonly host: HostKind;
  readonly own: ReadonlyMap<string, Fault>;
  /** What judges the run: together with some faults it may ask for what cannot be. */
  readonly checks: readonly ModuleRef[];
  readonly rng: Rng;
}

/** What the host and the system can do, together. */
type Probed = Pick<ReadonlyMap<Capability, ProbedCapability>, 'get'>;

/** Throws ORDEAL_UNKNOWN_FAULT, ORDEAL_MISSING_CAPABILITY, ORDEAL_BAD_OPTION or ORDEAL_TIME_LIMIT_TOO_SHORT. */
export async function planFaults({ plan, system, host, own, checks, rng }: FaultScope): Promise<FaultPlan> {
  const faults = new Map<string, Fault>(own);
  for (const [name, entry] of Object.entries(FAULTS)) faults.set(name, await entry.load());
  const ofHost = await host.probe();
  requireCapabilities(system, host, ofHost);
  const ofSystem = verbsOf(system, host);
  const probed: Probed = { get: (capability) => ofSystem.get(capability) ?? ofHost.get(capability) };
  const can = (name: string): boolean => (faults.get(name)?.needs ?? []).every((capability) => probed.get(capability)?.ok);
  const refusing = (name: string, make: () => Package): Package => {
    try {
      return make();
    } catch (error) {
      throw explained(error, name, faults, probed);
    }
  };
  const scope = { nodeCount: plan.nodes, outside: system.outside ?? 0, faultModel: system.faultModel, can };
  const packages = [
    ...plan.faults.families.map((name) => refusing(name, () => packageFor(name, scope))),
    ...plan.faults.chosen.map((chosen) => refusing(chosen.name, () => packageOf(chosen, faults, can))),
  ];
  const steps = scenarioSteps(plan.faults.scenario);
  for (const step of steps) refusing(step.value.fault, () => packageOf({ name: step.value.fault, options: optionsIn(step) }, faults, can));
  const named = new Set([...packages.flatMap(({ moves }) => moves.map(({ fault }) => fault)), ...steps.map(({ value }) => value.fault)]);
  refuseImpossible(
    system,
    checks,
    [...named].flatMap((name) => faults.get(name) ?? []),
  );
  const families = [...new Set([...packages.map(({ family }) => family), ...steps.map(({ value }) => faults.get(value.fault)!.family)])];
  const instrument = new Set([...named].flatMap((name) => faults.get(name)?.needs ?? []));
  steps.push(...planSchedule({ packages, detectionNs: ms(system.detectionMs), timeLimitNs: ms(plan.timeLimitMs), rng, ...timingOf(plan) }));
  return { schedule: scripted(steps), steps, faults, instrument, families };
}

/** What the system, not the host, has to do. */
function verbsOf({ name, promotions, membership }: System, host: HostKind): ReadonlyMap<Capability, ProbedCapability> {
  const probed = (able: boolean, what: string): ProbedCapability =>
    able ? { ok: true, found: name } : { ok: false, found: `${name} cannot be told ${what}`, remedy: 'Use other faults, or a system that can.' };
  const changes = membership !== undefined && !membership.notOn.includes(host.name);
  return new Map([
    [MEMBER_PROMOTE, probed(promotions !== undefined, 'who is primary')],
    [MEMBER_CHANGE, probed(changes, `who is a member${membership === undefined ? '' : ` on ${host.name}`}`)],
    [MEMBER_LEARN, probed(changes && membership.roles.includes('learner'), 'who is to learn')],
  ]);
}

function optionsIn({ value }: ScriptStep): RunPlan['system']['options'] {
  return value.options as RunPlan['system']['options'];
}

/** One fault with options of its own. */
function packageOf(chosen: RunPlan['faults']['chosen'][number], faults: ReadonlyMap<string, Fault>, can: (name: string) => boolean): Package {
  const fault = faults.get(chosen.name);
  if (!fault) throw unknownName('ORDEAL_UNKNOWN_FAULT', 'fault', chosen.name, [...faults.keys()]);
  parseOptions(fault.options, chosen.options, `fault ${chosen.name}`);
  if (!can(chosen.name)) throw new OrdealError('ORDEAL_MISSING_CAPABILITY', { what: `this host cannot inject "${chosen.name}"`, value: chosen.name });
  const known = Object.hasOwn(FAMILIES, fault.family) ? FAMILIES[fault.family as keyof typeof FAMILIES] : undefined;
  return { family: fault.family, resource: known?.resource ?? fault.name, moves: [{ fault: fault.name, options: chosen.options as Value, weight: 1 }] };
}

/** "This host cannot do it" with what was found on this machine and how to mend it. */
function explained(error: unknown, name: string, faults: ReadonlyMap<string, Fault>, probed: Probed): unknown {
  if (!isOrdealError(error) || error.code !== 'ORDEAL_MISSING_CAPABILITY') return error;
  const needs = [...faults.values()].filter((fault) => fault.name === name || fault.family === name).flatMap((fault) => fault.needs);
  const missing = needs
    .map((capability) => ({ capability, ...(probed.get(capability) ?? { ok: false, found: 'this kind of host has nothing for it' }) }))
    .find(({ ok }) => !ok);
  if (!missing) return error;
  const what = `the faults "${name}" need ${missing.capability}: ${missing.found}`;
  return new OrdealError('ORDEAL_MISSING_CAPABILITY', {
    what,
    where: '--faults',
    value: name,
    ...(missing.remedy && { remedy: missing.remedy }),
    cause: error,
  });
}

function timingOf(plan: RunPlan): { intervalNs?: Ns; overlap?: 'one' | 'one-per-resource' } {
  const { intervalMs, overlap } = plan.faults.options;
  return {
    ...(typeof intervalMs === 'number' && { intervalNs: ms(intervalMs) }),
    ...((overlap === 'one' || overlap === 'one-per-resource') && { overlap }),
  };
}
