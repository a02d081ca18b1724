import type { HostUnderTest } from '../conformance/echo-cluster.ts';
import { envSuite } from '../conformance/env-suite.ts';
import { hostSuite } from '../conformance/host-suite.ts';
import { sim } from './host.ts';
import { createSimulator, type Simulator } from './simulator.ts';

const host: HostUnderTest = {
  open: async (nodes) => createSimulator({ nodes, seed: 7, options: { freezeMessages: true } }),
  within: (cluster, promise) => (cluster as Simulator).run(promise),
};

envSuite('sim', host);
hostSuite('sim', {
  ...host,
  kind: sim,
  capabilities: [
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
  ],
});
