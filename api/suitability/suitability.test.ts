import { describe, expect, it } from 'vitest';
import type { Capability, ProbedCapability, System } from '../../harness/contracts/index.ts';
import { HOSTS } from '../../targets/registry/hosts.ts';
import { SYSTEMS } from '../../targets/registry/systems.ts';
import { planFromFlags } from '../plans/plan-from-flags.ts';
import { resolvePlan } from '../resolve.ts';
import { hostsOf, requireCapabilities, whyUnsuitable } from './suitability.ts';

const cells = Object.keys(SYSTEMS).flatMap((system) => Object.keys(HOSTS).map((host) => [system, host] as const));

describe('the matrix of systems and hosts', () => {
  it.each(cells)('%s on %s runs, or is refused with the reason', async (name, host) => {
    const system = await SYSTEMS[name]!.load();
    const plan = await planFromFlags(name, { host, seed: '1' }, () => ({}));
    const expected = hostsOf(system).includes(host)
      ? { host: { name: host } }
      : { code: 'ORDEAL_UNSUITABLE_HOST', what: whyUnsuitable(system, host)?.why, exitCode: 64 };
    expect(await resolvePlan(plan).catch((error: unknown) => error)).toMatchObject(expected);
  });

  it('keeps systems that advertise what they bind off the proxies', () => {
    const system = { name: 'stubborn', needs: ['exec' as Capability], addressing: 'fixed' as const };
    expect(hostsOf(system)).toEqual(['netns', 'docker', 'ssh']);
    expect(whyUnsuitable(system, 'process')?.why).toContain('no proxy can stand between its members');
  });
});

describe('what a system needs of a host', () => {
  const system = { name: 'etcd', needs: ['exec' as Capability], addressing: 'advertise' } satisfies Pick<System, 'name' | 'needs' | 'addressing'>;
  const host = { name: 'netns' } as Parameters<typeof requireCapabilities>[1];
  const probed = (result?: ProbedCapability) => new Map(result ? [['exec' as Capability, result]] : []);

  it('is there, or named with what was found and the remedy', () => {
    expect(() => requireCapabilities(system, host, probed({ ok: true, found: 'linux' }))).not.toThrow();
    expect(() => requireCapabilities(system, host, probed({ ok: false, found: 'not root', remedy: 'Use sudo.' }))).toThrow(
      expect.objectContaining({ code: 'ORDEAL_MISSING_CAPABILITY', message: '--host netns: etcd needs exec: not root', remedy: 'Use sudo.', exitCode: 3 }),
    );
    expect(() => requireCapabilities(system, host, probed())).toThrow('this kind of host has nothing for it');
  });
});
