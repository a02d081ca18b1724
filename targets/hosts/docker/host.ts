/** The `docker` host kind: nodes are containers of a Docker engine on this machine. Needs root, for what is done inside their namespaces. */
import type { Capability, HostKind, HostRequest, ProbedCapability } from '../../../harness/contracts/index.ts';
import { isOrdealError } from '../../../harness/errors/ordeal-error.ts';
import { probeSocketBreaking } from '../../controls/nft/socket-breaking.ts';
import { removeOrphanNamespaces } from '../netns/orphans.ts';
import { probeShaping } from '../netns/shaped-links.ts';
import type { ProcessCluster } from '../process/assemble-cluster.ts';
import { processHost } from '../process/host.ts';
import { openDockerCluster } from './docker-cluster.ts';
import { connectEngine, isInstalled, probeEngine, removeOrphans } from './engine.ts';
import { type DockerOptions, dockerOptions } from './options.ts';

/** Opens a `ProcessCluster`: its containers' processes are there for the watchdog. */
interface DockerHostKind extends HostKind<DockerOptions> {
  open(request: HostRequest<DockerOptions>): Promise<ProcessCluster>;
  sweep(): Promise<readonly string[]>;
}

export const docker: DockerHostKind = {
  name: 'docker',
  summary: 'containers of a Docker engine on this machine: Linux, root',
  options: dockerOptions,
  async probe(): Promise<ReadonlyMap<Capability, ProbedCapability>> {
    const engine = await probeDocker();
    const breaking = engine.ok ? await probeSocketBreaking() : engine;
    // what processes and clocks can do is the same as on `process`, as long as there are containers to put them into
    const probed = [...(await processHost.probe())].map(([name, found]): [Capability, ProbedCapability] => {
      if (!engine.ok) return [name, engine];
      if (name === 'net.cut.reset') return [name, breaking];
      if (name === 'net.shape') return [name, probeShaping()];
      if (name === 'machine-files') return [name, OWN_FILES];
      if (name === 'net.lose-replies') return [name, NO_ANSWERS_LOST];
      if (/^(disk|resources)\.|^process\.(power-loss|freeze)$/.test(name)) return [name, NOT_IN_CONTAINERS];
      return [name, name.startsWith('net.') ? { ok: true, found: `${engine.found}, nft in the namespaces of its containers` } : found];
    });
    return new Map(probed);
  },
  open: openDockerCluster,
  async sweep() {
    const swept = (await probeDocker()).ok ? await removeOrphans(await connectEngine()) : [];
    return [...new Set([...swept, ...(await removeOrphanNamespaces())])];
  },
};

const OWN_FILES: ProbedCapability = { ok: false, found: 'containers have files of their own', remedy: 'Use --host netns.' };

const NO_ANSWERS_LOST: ProbedCapability = {
  ok: false,
  found: 'rules for packets cannot tell an answer from a question',
  remedy: 'Use --host process, where every connection passes a proxy.',
};
const NOT_IN_CONTAINERS: ProbedCapability = {
  ok: false,
  found: 'disks and limits of containers are left alone',
  remedy: 'Use --host netns or --host process.',
};

async function probeDocker(): Promise<ProbedCapability> {
  if (process.platform !== 'linux')
    return { ok: false, found: `${process.platform} has its containers in a machine of their own`, remedy: 'Use --host process or --host sim.' };
  try {
    const engine = await probeEngine(await connectEngine());
    if (!engine.ok) return engine;
    if (process.getuid?.() !== 0) return { ok: false, found: `${engine.found}, but not root`, remedy: 'Run as root (sudo), or use --host process.' };
    for (const [program, packageName] of PROGRAMS)
      if (!isInstalled(program)) return { ok: false, found: `there is no ${program}`, remedy: `Install the package ${packageName}.` };
    return engine;
  } catch (error) {
    if (!isOrdealError(error)) throw error;
    return { ok: false, found: error.what, remedy: error.remedy };
  }
}

const PROGRAMS = [
  ['ip', 'iproute2'],
  ['nft', 'nftables'],
  ['nsenter', 'util-linux'],
  ['mkfifo', 'coreutils'],
  ['tar', 'tar'],
] as const;
