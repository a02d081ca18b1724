/** From the names of a plan to the things themselves, with their options parsed. Unknown names and bad options are told before anything starts. */

import { z } from 'zod';
import { revealed } from '../harness/configuration/secrets.ts';
import type { ClientFactory, Fault, HostKind, ModuleRef, Options, System, Workload } from '../harness/contracts/index.ts';
import type { OrdealErrorCode } from '../harness/errors/codes.ts';
import { OrdealError } from '../harness/errors/ordeal-error.ts';
import { unknownName } from '../harness/errors/suggest.ts';
import { INCIDENTS } from '../incidents/registry/incidents.ts';
import { systemOf } from '../incidents/stage/system-of.ts';
import { HOSTS } from '../targets/registry/hosts.ts';
import { SYSTEMS } from '../targets/registry/systems.ts';
import { WORKLOADS } from '../workloads/registry/workloads.ts';
import { loadUserTest } from './config/load-config.ts';
import type { RunPlan } from './plans/plan.ts';
import { refuseUnsuitable } from './suitability/suitability.ts';

export interface Resolved {
  readonly host: HostKind;
  readonly hostOptions: unknown;
  readonly system: System;
  readonly systemOptions: unknown;
  readonly workload: Workload;
  readonly workloadOptions: unknown;
  readonly clients: ClientFactory;
  /** The workload's, judging by what the system documents where nothing else was asked for. */
  readonly checks: readonly ModuleRef[];
  /** Faults of the user's own, by name. */
  readonly own: ReadonlyMap<string, Fault>;
}

/** Throws ORDEAL_UNKNOWN_SYSTEM, _WORKLOAD, _HOST, ORDEAL_BAD_OPTION or ORDEAL_UNSUITABLE_HOST. */
export async function resolvePlan(plan: RunPlan): Promise<Resolved> {
  const user = plan.config ? await loadUserTest(plan.config) : undefined;
  const system = user?.system ?? (await incidentSystem(plan)) ?? (await lookUp(SYSTEMS, plan.system.name, 'system', 'ORDEAL_UNKNOWN_SYSTEM')).load();
  const workload = user?.workload ?? (await lookUp(WORKLOADS, plan.workload.name, 'workload', 'ORDEAL_UNKNOWN_WORKLOAD')).load();
  const host = await lookUp(HOSTS, plan.host.name, 'host', 'ORDEAL_UNKNOWN_HOST').load();
  const loadedSystem = await system;
  const loadedWorkload = await workload;
  const systemOptions = parseOptions(loadedSystem.options, plan.system.options, loadedSystem.name);
  const workloadOptions = parseOptions(loadedWorkload.options, plan.workload.options, `workload ${loadedWorkload.name}`);
  refuseUnsuitable(loadedSystem, host);
  const clients = clientsOf(loadedSystem, systemOptions, loadedWorkload.name);
  return {
    host,
    hostOptions: parseOptions(host.options, plan.host.options, `host ${host.name}`),
    system: loadedSystem,
    systemOptions,
    workload: loadedWorkload,
    workloadOptions,
    clients,
    checks: loadedWorkload.checks(workloadOptions, clients.documentedModel),
    own: user?.faults ?? new Map(),
  };
}

async function incidentSystem({ incident }: RunPlan): Promise<System | undefined> {
  if (incident === undefined) return undefined;
  return systemOf(await lookUp(INCIDENTS, incident.id, 'incident', 'ORDEAL_UNKNOWN_INCIDENT').load(), incident.variant);
}

/** The entry of a registry. Throws `code` with the nearest name and all names. `where` is the flag that named it. */
export function lookUp<T>(registry: Readonly<Record<string, T>>, name: string, kind: string, code: OrdealErrorCode, where?: string): T {
  const entry = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (entry === undefined) throw unknownName(code, kind, name, Object.keys(registry), where);
  return entry;
}

/** Options by their schema, with their secrets; the first complaint of zod becomes one clear sentence. Throws ORDEAL_BAD_OPTION, ORDEAL_BAD_CONFIG. */
export function parseOptions<T>(schema: Options<T>, input: unknown, where: string): T {
  const options = revealed(input);
  try {
    return schema.parse(options);
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    const issue = cause.issues[0];
    const path = issue?.path.join('.') ?? '';
    throw new OrdealError('ORDEAL_BAD_OPTION', { what: `${path ? `${path}: ` : ''}${issue?.message ?? 'not valid'}`, where, value: input, cause });
  }
}

function clientsOf(system: System, options: unknown, workload: string): ClientFactory {
  const make = Object.hasOwn(system.clients, workload) ? system.clients[workload] : undefined;
  if (make) return make(options);
  const known = Object.keys(system.clients);
  throw new OrdealError('ORDEAL_UNKNOWN_WORKLOAD', {
    what: `${system.name} has no client for the workload "${workload}" (it has: ${known.join(', ')})`,
    where: '--workload',
    value: workload,
  });
}
