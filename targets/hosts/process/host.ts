/** The `process` host kind: nodes are processes of this machine on loopback, without privileges. */
import { createServer } from 'node:net';
import type { Capability, HostKind, HostRequest, ProbedCapability } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { probeFuse } from '../../controls/fuse/fuse-capability.ts';
import { probeResources } from '../../controls/resources/resource-capabilities.ts';
import { probeVdso } from '../../controls/vdso/vdso-capability.ts';
import type { ProcessCluster } from './assemble-cluster.ts';
import { type ProcessOptions, processOptions } from './options.ts';
import { openProcessCluster } from './process-cluster.ts';

/** Opens a `ProcessCluster`: its processes are there for the watchdog. */
export interface ProcessHostKind extends HostKind<ProcessOptions> {
  open(request: HostRequest<ProcessOptions>): Promise<ProcessCluster>;
}

export const processHost: ProcessHostKind = {
  name: 'process',
  summary: 'operating-system processes on loopback behind user-space link proxies: no privileges',
  options: processOptions,
  async probe(): Promise<ReadonlyMap<Capability, ProbedCapability>> {
    const found = { ...programs(), ...(await network()), ...signals(), ...(await clocks()), ...disks(), ...probeResources() };
    return new Map(Object.entries(found).map(([name, probed]) => [name as Capability, probed]));
  },
  open: openProcessCluster,
};

const DISK_CAPABILITIES = ['process.power-loss', 'disk.lose-unsynced', 'disk.full', 'disk.slow', 'disk.error', 'disk.lying-fsync', 'disk.corrupt'];

function programs(): Record<string, ProbedCapability> {
  return {
    'node-program': { ok: true, found: `Node ${process.versions.node}` },
    exec: { ok: true, found: `${process.platform} ${process.arch}` },
    'machine-files': { ok: true, found: 'nodes see the files of this machine' },
  };
}

async function network(): Promise<Record<string, ProbedCapability>> {
  const linux = process.platform === 'linux';
  const refusal = await bindProblem(linux ? '127.254.0.1' : '127.0.0.1');
  const probed: ProbedCapability =
    refusal === undefined
      ? {
          ok: true,
          found: linux
            ? 'link proxies on addresses of 127.0.0.0/8'
            : 'link proxies on ports of 127.0.0.1; systems that advertise one address to all cannot be cut',
        }
      : { ok: false, found: `loopback cannot be bound: ${refusal}`, remedy: 'Allow programs to listen on 127.0.0.0/8.' };
  const untouchable: ProbedCapability = {
    ok: false,
    found: 'link proxies carry streams, not packets',
    remedy: 'Use --host netns to delay, lose, double, reorder or damage packets.',
  };
  return {
    'net.cut': probed,
    'net.cut.oneway': probed,
    'net.cut.reject': probed,
    'net.cut.reset': probed,
    'net.lose-replies': probed,
    'net.shape': untouchable,
  };
}

function bindProblem(host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(messageOf(error)));
    server.listen({ host, port: 0 }, () => server.close(() => resolve(undefined)));
  });
}

async function clocks(): Promise<Record<string, ProbedCapability>> {
  const probed = await probeVdso();
  return { 'clock.jump': probed, 'clock.drift': probed, 'clock.strobe': probed, 'clock.freeze': probed };
}

function disks(): Record<string, ProbedCapability> {
  const probed = probeFuse();
  return Object.fromEntries(DISK_CAPABILITIES.map((name) => [name, probed]));
}

function signals(): Record<string, ProbedCapability> {
  const windows = process.platform === 'win32';
  return {
    'process.kill': { ok: true, found: windows ? 'TerminateProcess' : 'SIGKILL' },
    'process.pause': windows
      ? { ok: false, found: 'Windows has no SIGSTOP', remedy: 'Use --host sim, or run on Linux or macOS.' }
      : { ok: true, found: 'SIGSTOP and SIGCONT' },
  };
}
