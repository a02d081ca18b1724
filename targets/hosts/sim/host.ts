/** The `sim` host kind: needs nothing, can do everything that is simulated. */
import type { Capability, HostKind, HostRequest, ProbedCapability } from '../../../harness/contracts/index.ts';
import { type SimOptions, simOptions } from './options.ts';
import { createSimulator, type Simulator } from './simulator.ts';

const CAPABILITIES = [
  'node-program',
  'net.cut',
  'net.cut.oneway',
  'process.kill',
  'process.pause',
  'process.power-loss',
  'clock.jump',
  'clock.drift',
  'clock.strobe',
  'clock.freeze',
  'disk.lose-unsynced',
  'disk.full',
  'disk.slow',
] as readonly string[] as readonly Capability[];

/** Opens a `Simulator`: `run` and `hold` are there for the lifecycle. */
export const sim: Omit<HostKind<SimOptions>, 'open'> & { open(request: HostRequest<SimOptions>): Promise<Simulator> } = {
  name: 'sim',
  summary: 'node programs in one process under virtual time: deterministic, no privileges',
  options: simOptions,
  async probe(): Promise<ReadonlyMap<Capability, ProbedCapability>> {
    return new Map(CAPABILITIES.map((capability) => [capability, { ok: true, found: 'simulated' }]));
  },
  async open(request) {
    const { nodes, rng, options, folder } = request;
    return createSimulator({ nodes, rng, options, folder });
  },
};
