/** From the families of a plan to a schedule and the faults that it names, cut to what the system claims and the host can do. */
import type { Capability, Fault, Generator, HostKind, ModuleRef, Ns, ProbedCapability, Rng, System, Value } from '../../harness/contracts/index.ts';
import { isOrdealError, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { unknownName } from '../../harness/errors/suggest.ts';
import { ms } from '../../harness/time/units.ts';
import { beyondClaims, type Claims, foreseenOfSchedule, foreseenOfSteps } from '../../nemesis/claims/index.ts';
import { MEMBER_CHANGE, MEMBER_LEARN, MEMBER_PROMOTE } from '../../nemesis/faults/capabilities.ts';
import { FAULTS } from '../../nemesis/registry/faults.ts';
import { FAMILIES, optionsOf, type Package, packageFor, planSchedule, type ScriptStep, scenarioSteps, scripted } from '../../nemesis/schedule/index.ts';
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

/** Throws ORDEAL_UNKNOWN_FAULT, ORDEAL_MISSING_CAPABILITY, ORDEAL_BAD_OPTION, ORDEAL_BEYOND_FAULT_MODEL or ORDEAL_TIME_LIMIT_TOO_SHORT. */
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
  const claims: Claims = { nodeCount: plan.nodes, outside: system.outside ?? 0, faultModel: system.faultModel };
  const scope = { ...claims, ...(plan.faults.beyondFaultModel && { faultModel: ANYTHING }), can };
  const packages = [
    ...plan.faults.families.map((name) => refusing(name, () => packageFor(name, scope))),
    ...plan.faults.chosen.map((chosen) => packageOf(chosen, faults, probed)),
  ];
  const steps = scenarioSteps(plan.faults.scenario);
  for (const step of steps) packageOf({ name: step.value.fault, options: optionsIn(step) }, faults, probed);
  if (!plan.faults.beyondFaultModel) refuseBeyond(system, packages, steps, faults, claims);
  const named = new Set([...packages.flatMap(({ moves }) => moves.map(({ fault }) => fault)), ...steps.map(({ value }) => value.fault)]);
  refuseImpossible(
    system,
    checks,
    [...named].flatMap((name) => faults.get(name) ?? []),
  );
  const families = [...new Set([...packages.map(({ family }) => family), ...steps.map(({ value }) => faults.get(value.fault)!.family)])];
  const uses = [
    ...packages.flatMap(({ moves }) => moves.map((move) => [move.fault, optionsOf(move)] as const)),
    ...steps.map(({ value }) => [value.fault, value.options] as const),
  ];
  const instrument = new Set(uses.flatMap(([name, options]) => needsOf(faults.get(name), options)));
  steps.push(...planSchedule({ packages, detectionNs: ms(system.detectionMs), timeLimitNs: ms(plan.timeLimitMs), rng, ...timingOf(plan) }));
  return { schedule: scripted(steps), steps, faults, instrument, families };
}

/** What packages are cut to where the run may go beyond all claims. */
const ANYTHING: System['faultModel'] = { crashes: 'minority', powerLoss: 'all', clocks: 'any', disks: 'minority' };

/** Throws ORDEAL_BEYOND_FAULT_MODEL. */
function refuseBeyond(system: System, packages: readonly Package[], steps: readonly ScriptStep[], faults: ReadonlyMap<string, Fault>, claims: Claims): void {
  const moves = packages.flatMap((each) => each.moves);
  const scheduled = moves.flatMap((move) => {
    const fault = faults.get(move.fault);
    return fault === undefined ? [] : [{ fault, options: optionsOf(move) }];
  });
  const beyond = beyondClaims([...foreseenOfSchedule(scheduled, claims), ...foreseenOfSteps(steps, faults, claims)], claims);
  if (beyond.length === 0) return;
  throw new OrdealError('ORDEAL_BEYOND_FAULT_MODEL', { what: beyond.join('; '), where: system.name });
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

/** What a fault with these options needs of host and system. */
function needsOf(fault: Fault | undefined, options: Value): readonly Capability[] {
  return fault === undefined ? [] : [...fault.needs, ...(fault.needsFor?.(fault.options.parse(options)) ?? [])];
}

/** One fault with options of its own. */
function packageOf(chosen: RunPlan['faults']['chosen'][number], faults: ReadonlyMap<string, Fault>, probed: Probed): Package {
  const { name } = chosen;
  const options = chosen.options as Value;
  const fault = faults.get(name);
  if (!fault) throw unknownName('ORDEAL_UNKNOWN_FAULT', 'fault', name, [...faults.keys()]);
  parseOptions(fault.options, chosen.options, `fault ${name}`);
  const refused = lacking(name, needsOf(fault, options), probed);
  if (refused) throw refused;
  const known = Object.hasOwn(FAMILIES, fault.family) ? FAMILIES[fault.family as keyof typeof FAMILIES] : undefined;
  return { family: fault.family, resource: known?.resource ?? fault.name, moves: [{ fault: fault.name, options, weight: 1 }] };
}

/** "This host cannot do it" with what was found on this machine and how to mend it. */
function explained(error: unknown, name: string, faults: ReadonlyMap<string, Fault>, probed: Probed): unknown {
  if (!isOrdealError(error) || error.code !== 'ORDEAL_MISSING_CAPABILITY') return error;
  const needs = [...faults.values()].filter((fault) => fault.name === name || fault.family === name).flatMap((fault) => fault.needs);
  return lacking(name, needs, probed, error) ?? error;
}

/** The first need that is not met, as an error; undefined where all are. */
function lacking(name: string, needs: readonly Capability[], probed: Probed, cause?: unknown): OrdealError | undefined {
  const missing = needs
    .map((capability) => ({ capability, ...(probed.get(capability) ?? { ok: false, found: 'this kind of host has nothing for it' }) }))
    .find(({ ok }) => !ok);
  if (!missing) return undefined;
  const what = `the faults "${name}" need ${missing.capability}: ${missing.found}`;
  return new OrdealError('ORDEAL_MISSING_CAPABILITY', {
    what,
    where: '--faults',
    value: name,
    ...(missing.remedy && { remedy: missing.remedy }),
    ...(cause !== undefined && { cause }),
  });
}

function timingOf(plan: RunPlan): { intervalNs?: Ns; overlap?: 'one' | 'one-per-resource' } {
  const { intervalMs, overlap } = plan.faults.options;
  return {
    ...(typeof intervalMs === 'number' && { intervalNs: ms(intervalMs) }),
    ...((overlap === 'one' || overlap === 'one-per-resource') && { overlap }),
  };
}
