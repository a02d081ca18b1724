import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import type { Capability, Cluster } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { envSuite } from '../conformance/env-suite.ts';
import { type HostSuite, hostSuite } from '../conformance/host-suite.ts';
import type { ProcessCluster } from '../process/assemble-cluster.ts';
import { docker } from './host.ts';

const EVERYTHING = process.env['ORDEAL_DOCKER_CONFORMANCE'] === 'all';
/** Each control once; the other capabilities are theirs as well, and the same code as on other hosts. */
const QUICK = ['node-program', 'net.cut.oneway', 'process.kill', 'process.pause', 'clock.jump'];
const ALL = [...QUICK, 'net.cut', 'net.shape', 'clock.drift', 'clock.strobe', 'clock.freeze'];

const folder = mkdtempSync(join(tmpdir(), 'ordeal-docker-'));
/** Clusters that a case is done with serve the next one: to make and remove them takes longer than what is tried in them. */
const idle = new Map<string, ProcessCluster[]>();
let opened = 0;
afterAll(async () => {
  for (const cluster of [...idle.values()].flat()) await cluster[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function open(nodes: number, instrument: readonly string[]): Promise<Cluster & AsyncDisposable> {
  const kind = `${nodes} ${instrument.join(' ')}`;
  const runId = `d${process.pid}x${++opened}`;
  const cluster =
    idle.get(kind)?.pop() ??
    (await docker.open({
      runId,
      nodes,
      instrument: new Set(instrument as Capability[]),
      options: docker.options.parse({}),
      rng: createRng(opened),
      folder: join(folder, runId),
      signal: new AbortController().signal,
    }));
  return {
    ...cluster,
    async [Symbol.asyncDispose]() {
      await Promise.all(cluster.nodes.map((node) => node.stop('kill')));
      for (const { dataDir } of cluster.nodes) {
        rmSync(dataDir, { recursive: true });
        mkdirSync(dataDir);
      }
      idle.set(kind, [...(idle.get(kind) ?? []), cluster]);
    },
  };
}

const hostWith = (...instrument: string[]): HostSuite => ({
  kind: docker,
  capabilities: EVERYTHING ? ALL : QUICK,
  open: (nodes) => open(nodes, instrument),
  within: (_cluster, promise) => promise,
});

const network = (await docker.probe()).get('net.cut' as Capability);
if (network?.ok) {
  // what programs see needs no witnesses beside them, and is the same Env as on `process`
  if (EVERYTHING) envSuite('docker', hostWith());
  hostSuite('docker', EVERYTHING ? hostWith('net.cut', 'net.shape') : hostWith('net.cut'));
} else {
  describe.skip(`Env and host on docker (not run: ${network?.found})`, () => {
    it('conforms', () => {});
  });
}
