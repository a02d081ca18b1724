/** Which system runs on which host kind, and why one does not (rule 20). */
import type { Capability, HostKind, ProbedCapability, System } from '../../harness/contracts/index.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { HOSTS } from '../../targets/registry/hosts.ts';

export interface Unsuitable {
  readonly why: string;
  readonly remedy: string;
}

type Claims = Pick<System, 'name' | 'needs' | 'addressing'>;

/** Why a system can never run on that kind of host, whatever the machine; undefined where it can. */
export function whyUnsuitable(system: Claims, host: string): Unsuitable | undefined {
  if (host === 'sim' && !system.needs.some((capability) => capability === 'node-program'))
    return { why: `${system.name} is a real program; the simulator runs node programs only`, remedy: 'Use --host process or --host netns.' };
  if (host === 'process' && system.addressing === 'fixed')
    return {
      why: `${system.name} advertises the very address that it binds, so no proxy can stand between its members`,
      remedy: 'Use --host netns.',
    };
  if (host === 'docker' && system.needs.some((capability) => capability === 'machine-files'))
    return {
      why: `${system.name} needs more files than its program, and an image is made of the program and its libraries alone`,
      remedy: 'Use --host netns or --host process.',
    };
  if (host === 'ssh' && system.needs.some((capability) => capability === 'machine-files'))
    return { why: `${system.name} needs more files than its program, and a node is given the program alone`, remedy: 'Use --host netns or --host process.' };
  return undefined;
}

/** The host kinds that a system runs on, where the machine has what they need. */
export function hostsOf(system: Claims): string[] {
  return Object.keys(HOSTS).filter((host) => whyUnsuitable(system, host) === undefined);
}

/** Throws ORDEAL_UNSUITABLE_HOST. */
export function refuseUnsuitable(system: Claims, host: HostKind): void {
  const unsuitable = whyUnsuitable(system, host.name);
  if (unsuitable === undefined) return;
  throw new OrdealError('ORDEAL_UNSUITABLE_HOST', { what: unsuitable.why, where: `--host ${host.name}`, remedy: unsuitable.remedy });
}

/** Throws ORDEAL_MISSING_CAPABILITY when this machine has not what the system needs of the host. */
export function requireCapabilities(system: Claims, host: HostKind, probed: ReadonlyMap<Capability, ProbedCapability>): void {
  for (const capability of system.needs) {
    const { ok, found, remedy } = probed.get(capability) ?? { ok: false, found: 'this kind of host has nothing for it', remedy: undefined };
    if (ok) continue;
    const what = `${system.name} needs ${capability}: ${found}`;
    throw new OrdealError('ORDEAL_MISSING_CAPABILITY', { what, where: `--host ${host.name}`, value: capability, ...(remedy !== undefined && { remedy }) });
  }
}
