import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Capability, Cluster } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { type HostSuite, hostSuite } from '../conformance/host-suite.ts';
import { ssh } from './host.ts';
import { Machines, noMachines } from './machines.test-support.ts';
import type { SshCluster } from './ssh-cluster.ts';

/** Each control once, as on `docker`. */
const CAPABILITIES = ['node-program', 'net.cut.oneway', 'process.kill', 'process.pause'];

const folder = mkdtempSync(join(tmpdir(), 'ordeal-ssh-'));
/** Clusters that a case is done with serve the next one. */
const idle = new Map<number, SshCluster[]>();
let machines: Machines;
let opened = 0;

async function open(nodes: number): Promise<Cluster & AsyncDisposable> {
  const runId = `s${process.pid}x${++opened}`;
  const options = { sshNode: machines.nodes.split(','), sshKey: machines.key, sshKnownHosts: machines.knownHosts, sshFolder: machines.folder };
  const cluster =
    idle.get(nodes)?.pop() ??
    (await ssh.open({
      runId,
      nodes,
      instrument: new Set(['net.cut' as Capability]),
      options: ssh.options.parse(options),
      rng: createRng(opened),
      folder: join(folder, runId),
      signal: new AbortController().signal,
    }));
  return {
    ...cluster,
    async [Symbol.asyncDispose]() {
      await Promise.all(cluster.nodes.map((node) => node.stop('kill')));
      // the machines of these tests share the files of this one
      for (const { dataDir } of cluster.nodes) {
        rmSync(dataDir, { recursive: true });
        mkdirSync(dataDir);
      }
      idle.set(nodes, [...(idle.get(nodes) ?? []), cluster]);
    },
  };
}

const host: HostSuite = { kind: ssh, capabilities: CAPABILITIES, open, within: (_cluster, promise) => promise };

const missing = noMachines();
if (missing === '') {
  beforeAll(() => {
    machines = new Machines(3);
  });
  afterAll(async () => {
    for (const cluster of [...idle.values()].flat()) await cluster[Symbol.asyncDispose]();
    machines[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });
  hostSuite('ssh', host);
} else {
  describe.skip(`host on ssh (not run: ${missing})`, () => {
    it('conforms', () => {});
  });
}
