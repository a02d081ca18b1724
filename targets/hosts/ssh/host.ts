/** The `ssh` host kind: nodes are other machines, reached through ssh2. */
import type { Capability, HostKind, HostRequest, ProbedCapability } from '../../../harness/contracts/index.ts';
import { isOrdealError } from '../../../harness/errors/ordeal-error.ts';
import { loadSsh2 } from './connection.ts';
import { type SshOptions, sshOptions } from './options.ts';
import { previewSsh } from './preview.ts';
import { openSshCluster, type SshCluster } from './ssh-cluster.ts';

interface SshHostKind extends HostKind<SshOptions> {
  open(request: HostRequest<SshOptions>): Promise<SshCluster>;
}

export const ssh: SshHostKind = {
  name: 'ssh',
  summary: 'other machines through ssh: Linux on the nodes, root or sudo there for cuts',
  options: sshOptions,
  async probe(): Promise<ReadonlyMap<Capability, ProbedCapability>> {
    const client = await probeClient();
    return new Map(CAPABILITIES.map(([name, found]) => [name as Capability, client.ok && found.ok ? found : client.ok ? found : client]));
  },
  open: openSshCluster,
  preview: previewSsh,
};

/** What nodes must have for it is asked of them when they are opened: they are named then. */
const CAPABILITIES: readonly (readonly [string, ProbedCapability])[] = [
  ['node-program', { ok: true, found: 'where a node has this very Node and this very ordeal at the same places' }],
  ['exec', { ok: true, found: 'ssh2; programs are copied to the nodes' }],
  ['machine-files', { ok: false, found: 'nodes have files of their own', remedy: 'Use --host netns.' }],
  ['net.cut', { ok: true, found: 'nft on the nodes, as root or through sudo' }],
  ['net.cut.oneway', { ok: true, found: 'nft on the nodes, as root or through sudo' }],
  [
    'net.lose-replies',
    { ok: false, found: 'rules for packets cannot tell an answer from a question', remedy: 'Use --host process, where every connection passes a proxy.' },
  ],
  ...(['net.cut.reject', 'net.cut.reset'] as const).map((name): [string, ProbedCapability] => [
    name,
    { ok: false, found: 'the rules on other machines keep silent', remedy: 'Use --host netns or docker.' },
  ]),
  ['net.shape', { ok: false, found: 'there is no detour on other machines', remedy: 'Use --host netns.' }],
  ['process.kill', { ok: true, found: 'SIGKILL on the nodes' }],
  ['process.pause', { ok: true, found: 'SIGSTOP and SIGCONT on the nodes' }],
  ...['clock.jump', 'clock.drift', 'clock.strobe', 'clock.freeze'].map(
    (name) => [name, { ok: false, found: 'clocks of other machines are left alone', remedy: 'Use --host netns.' }] as const,
  ),
];

async function probeClient(): Promise<ProbedCapability> {
  try {
    await loadSsh2();
    return { ok: true, found: 'ssh2' };
  } catch (error) {
    if (!isOrdealError(error)) throw error;
    return { ok: false, found: error.what, remedy: error.remedy };
  }
}
