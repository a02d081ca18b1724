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
/** The cluster serves one case after the other: a machine is the node of one cluster at a time. */
let kept: SshCluster | undefined;
let machines: Machines;

async function open(nodes: number): Promise<Cluster & AsyncDisposable> {
  const runId = `s${process.pid}`;
  const options = { sshNode: machines.nodes.split(','), sshKey: machines.key, sshKnownHosts: machines.knownHosts, sshFolder: machines.folder };
  kept ??= await ssh.open({
    runId,
    nodes: 3,
    instrument: new Set(['net.cut' as Capability]),
    options: ssh.options.parse(options),
    rng: createRng(1),
    folder: join(folder, runId),
    signal: new AbortController().signal,
  });
  const cluster = kept;
  return {
    ...cluster,
    nodes: cluster.nodes.slice(0, nodes),
    async [Symbol.asyncDispose]() {
      await Promise.all(cluster.nodes.map((node) => node.stop('kill')));
      // the machines of these tests share the files of this one
      for (const { dataDir } of cluster.nodes) {
        rmSync(dataDir, { recursive: true });
        mkdirSync(dataDir);
      }
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
    await kept?.[Symbol.asyncDispose]();
    machines[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });
  hostSuite('ssh', host);
} else {
  describe.skip(`host on ssh (not run: ${missing})`, () => {
    it('conforms', () => {});
  });
}
