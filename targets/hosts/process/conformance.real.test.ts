import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Capability } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { envSuite } from '../conformance/env-suite.ts';
import { type HostSuite, hostSuite } from '../conformance/host-suite.ts';
import { processHost } from './host.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-process-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the disks can do, where this machine allows a disk to be mounted. */
const disk = (await processHost.probe()).get('disk.full' as Capability);
const DISKS = disk?.ok ? ['process.power-loss', 'disk.lose-unsynced', 'disk.full', 'disk.slow', 'disk.error', 'disk.lying-fsync', 'disk.corrupt'] : [];
const probed = await processHost.probe();
const LIMITS = ['resources.descriptors', 'process.freeze'].filter((capability) => probed.get(capability as Capability)?.ok);
let runs = 0;
const host: HostSuite = {
  kind: processHost,
  capabilities: [
    'node-program',
    'net.cut',
    'net.cut.oneway',
    'net.cut.reject',
    'net.cut.reset',
    'net.lose-replies',
    'process.kill',
    'process.pause',
    'clock.jump',
    'clock.drift',
    'clock.strobe',
    'clock.freeze',
    ...DISKS,
    ...LIMITS,
  ],
  open: (nodes) => {
    const runId = `conformance-${process.pid}-${++runs}`;
    return processHost.open({
      runId,
      nodes,
      instrument: new Set(['net.cut', ...DISKS, ...LIMITS] as Capability[]),
      options: processHost.options.parse({}),
      rng: createRng(runs),
      folder: join(folder, runId),
      signal: new AbortController().signal,
    });
  },
  within: (_cluster, promise) => promise,
};

envSuite('process', host);
hostSuite('process', host);
