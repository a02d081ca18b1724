/**
 * The network of a run: a namespace for each node and one for the switch between them, whose bridge sees every frame.
 * A bridge in the machine's own namespace would meet the machine's filters (Docker drops what is forwarded there).
 */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import type { NodeId } from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { NetnsPlan } from './address-plan.ts';

const run = promisify(execFile);

/** Every name that a run makes begins so. */
const PREFIX = 'ordeal-';

export const switchNamespace = (runId: string): string => `${PREFIX}${runId}-sw`;
export const nodeNamespace = (runId: string, node: NodeId): string => `${PREFIX}${runId}-${node}`;

/** The run that a namespace belongs to, if it is one of ours. */
export function runOfNamespace(name: string): string | undefined {
  return /^ordeal-(.+)-(?:sw|n\d+)$/.exec(name)?.[1];
}

/** Names of all namespaces that `ip netns` knows. */
export function namespaceNames(): readonly string[] {
  try {
    return readdirSync('/run/netns');
  } catch {
    return [];
  }
}

/** All namespaces of a run, the switch last. */
export function namespacesOf(runId: string, nodes: readonly NodeId[]): readonly string[] {
  return [...nodes.map((node) => nodeNamespace(runId, node)), switchNamespace(runId)];
}

/** Builds the network: switch, nodes, and one cable to the machine's own namespace for clients and control. Rejects with ORDEAL_NODE_FAILED. */
export async function buildNetwork(runId: string, nodes: readonly NodeId[], plan: NetnsPlan): Promise<void> {
  const hub = switchNamespace(runId);
  await ip('netns', 'add', hub);
  await ip('-n', hub, 'link', 'add', 'br0', 'type', 'bridge');
  await ip('-n', hub, 'link', 'set', 'br0', 'up');
  await Promise.all(nodes.map((node, i) => addNode(hub, nodeNamespace(runId, node), i + 1, `${plan.source(node)}/24`)));
  // interface names have at most 15 characters; ids of runs differ at their ends
  const cable = `o${runId.slice(-14)}`;
  await ip('-n', hub, 'link', 'add', 'vc', 'type', 'veth', 'peer', 'name', cable, 'netns', String(process.pid));
  await ip('-n', hub, 'link', 'set', 'vc', 'master', 'br0', 'up');
  // the first address is the one that connections leave from unless they say otherwise: control, which is never cut
  await ip('addr', 'add', `${plan.control}/24`, 'dev', cable);
  await ip('addr', 'add', `${plan.clients}/24`, 'dev', cable);
  await ip('link', 'set', cable, 'up');
}

async function addNode(hub: string, namespace: string, port: number, address: string): Promise<void> {
  await ip('netns', 'add', namespace);
  await ip('-n', namespace, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', `v${port}`, 'netns', hub);
  await ip('-n', hub, 'link', 'set', `v${port}`, 'master', 'br0', 'up');
  await ip('-n', namespace, 'addr', 'add', address, 'dev', 'eth0');
  await ip('-n', namespace, 'link', 'set', 'lo', 'up');
  await ip('-n', namespace, 'link', 'set', 'eth0', 'up');
}

/** Removes namespaces; what is gone already is no error. The cables go with their ends. */
export async function removeNamespaces(names: readonly string[]): Promise<void> {
  const there = new Set(namespaceNames());
  for (const name of names) if (there.has(name)) await run('ip', ['netns', 'del', name]).catch(() => undefined);
}

async function ip(...args: readonly string[]): Promise<void> {
  try {
    await run('ip', [...args]);
  } catch (cause) {
    throw new OrdealError('ORDEAL_NODE_FAILED', {
      what: `the network could not be built: ip ${args.join(' ')}: ${messageOf(cause)}`,
      where: 'netns',
      remedy: 'See `ordeal doctor`.',
      cause,
    });
  }
}
