/**
 * The `netns` host kind: nodes are processes of this machine, each in a network namespace of its own. Who is not root is so
 * in a user namespace.
 */
import { spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Capability, HostKind, ProbedCapability } from '../../../harness/contracts/index.ts';
import { entryUrl, startChild } from '../../../harness/entry/entry.ts';
import { probeSocketBreaking } from '../../controls/nft/socket-breaking.ts';
import type { ProcessCluster } from '../process/assemble-cluster.ts';
import { processHost } from '../process/host.ts';
import { type ProcessOptions, processOptions } from '../process/options.ts';
import { openNetnsCluster } from './netns-cluster.ts';
import { removeOrphanNamespaces } from './orphans.ts';
import { probeShaping } from './shaped-links.ts';
import { IN_USER_NAMESPACE, probeUserNamespace } from './user-namespace.ts';

export const netns: HostKind<ProcessOptions> & { open(...request: Parameters<HostKind<ProcessOptions>['open']>): Promise<ProcessCluster> } = {
  name: 'netns',
  summary: 'operating-system processes in network namespaces on a switch namespace: Linux, root or user namespaces',
  options: processOptions,
  enter: () => (ordinaryUser() ? IN_USER_NAMESPACE : undefined),
  async probe(): Promise<ReadonlyMap<Capability, ProbedCapability>> {
    if (ordinaryUser()) return probeAsUser();
    const network = probeNetwork();
    const breaking = network.ok ? await probeSocketBreaking() : network;
    // what processes and clocks can do is the same as on `process`, as long as there is a namespace to put them into
    const probed = [...(await processHost.probe())].map(([name, found]): [Capability, ProbedCapability] => {
      if (!network.ok) return [name, network];
      if (name === 'net.lose-replies') return [name, NO_ANSWERS_LOST];
      if (name === 'net.cut.reset') return [name, breaking];
      if (name === 'net.shape') return [name, probeShaping()];
      return [name, name.startsWith('net.') ? network : found];
    });
    return new Map(probed);
  },
  open: (request) => openNetnsCluster(request),
  // what is on the machine itself is root's; what users make goes by itself
  sweep: async () => (ordinaryUser() ? [] : removeOrphanNamespaces()),
};

const ordinaryUser = (): boolean => process.platform === 'linux' && process.getuid?.() !== 0;

/** The same probes, asked by a process that is where runs would be. */
async function probeAsUser(): Promise<ReadonlyMap<Capability, ProbedCapability>> {
  const namespace = probeUserNamespace();
  if (!namespace.ok) return new Map([...(await processHost.probe()).keys()].map((name) => [name, namespace]));
  const child = startChild(entryUrl(import.meta.url, './probe-main'), [], { stdio: ['ignore', 'pipe', 'ignore'], inside: IN_USER_NAMESPACE });
  const found = JSON.parse(await text(child.stdout as Readable)) as readonly [Capability, ProbedCapability][];
  return new Map(
    found.map(([name, probed]) => [name, name === 'net.cut' && probed.ok ? { ...probed, found: `${probed.found}, in a user namespace` } : probed]),
  );
}

const NO_ANSWERS_LOST: ProbedCapability = {
  ok: false,
  found: 'rules for packets cannot tell an answer from a question',
  remedy: 'Use --host process, where every connection passes a proxy.',
};

/** Makes a namespace and asks nft in it, which shows everything at once: root, the kernel, both programs. */
function probeNetwork(): ProbedCapability {
  if (process.platform !== 'linux') return { ok: false, found: `${process.platform} has no network namespaces`, remedy: 'Use --host process or --host sim.' };
  if (process.getuid?.() !== 0) return { ok: false, found: 'not root', remedy: 'Run as root (sudo), or use --host process.' };
  for (const [program, packageName] of [
    ['ip', 'iproute2'],
    ['nft', 'nftables'],
    ['nsenter', 'util-linux'],
  ] as const) {
    if (spawnSync(program, ['--version'], { stdio: 'ignore' }).error)
      return { ok: false, found: `there is no ${program}`, remedy: `Install the package ${packageName}.` };
  }
  const asked = spawnSync('unshare', ['--net', 'nft', 'add', 'table', 'bridge', 'ordeal'], { encoding: 'utf8' });
  if (asked.status === 0) return { ok: true, found: 'network namespaces, nft in the bridge family' };
  return {
    ok: false,
    found: `no namespace with nft: ${(asked.stderr || asked.error?.message || '').trim()}`,
    remedy: 'Use a kernel with network namespaces and nf_tables for bridges, or --host process.',
  };
}
