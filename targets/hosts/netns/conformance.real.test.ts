import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import type { Capability } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { envSuite } from '../conformance/env-suite.ts';
import { type HostSuite, hostSuite } from '../conformance/host-suite.ts';
import { netns } from './host.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-netns-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Disks are what they are on `process`: here only that they are there, and lose what they should. */
const disk = (await netns.probe()).get('disk.full' as Capability);
const DISKS = disk?.ok ? ['disk.lose-unsynced', 'disk.full'] : [];

/** Breaking connections takes a kernel that lets us. */
const WAYS = ['net.cut.reject', ...((await netns.probe()).get('net.cut.reset' as Capability)?.ok ? ['net.cut.reset'] : [])];

let runs = 0;
const hostWith = (...instrument: string[]): HostSuite => ({
  kind: netns,
  capabilities: [
    'node-program',
    'net.cut',
    'net.cut.oneway',
    ...WAYS,
    'net.shape',
    'process.kill',
    'process.pause',
    'clock.jump',
    'clock.drift',
    'clock.strobe',
    'clock.freeze',
    ...DISKS,
  ],
  open: (nodes) => {
    const runId = `c${process.pid}x${++runs}`;
    return netns.open({
      runId,
      nodes,
      instrument: new Set(instrument as Capability[]),
      options: netns.options.parse({}),
      rng: createRng(runs),
      folder: join(folder, runId),
      signal: new AbortController().signal,
    });
  },
  within: (_cluster, promise) => promise,
});

const network = (await netns.probe()).get('net.cut' as Capability);
if (network?.ok) {
  // what programs see needs no witnesses beside them
  envSuite('netns', hostWith());
  hostSuite('netns', hostWith('net.cut', 'net.shape', ...WAYS, ...DISKS));
} else {
  describe.skip(`Env and host on netns (not run: ${network?.found})`, () => {
    it('conforms', () => {});
  });
}
