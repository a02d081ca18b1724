/** A cluster of processes on loopback: nodes, the link proxy between them, the reaper behind them, the controls over them. */
import { mkdirSync, realpathSync } from 'node:fs';
import type { HostRequest, NodeId } from '../../../harness/contracts/index.ts';
import { entryUrl } from '../../../harness/entry/entry-url.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { NodeDisks } from '../../controls/fuse/node-disks.ts';
import { startHelper } from '../../controls/helper-process/helper-process.ts';
import { identify } from '../../controls/procfs/processes.ts';
import { findHierarchies, groupOf, makeGroup, type NodeGroup, removeFolders } from '../../controls/resources/control-groups.ts';
import { planAddresses } from './address-plan.ts';
import { assembleCluster, type ProcessCluster } from './assemble-cluster.ts';
import { LinkFabric } from './link-fabric.ts';
import type { ProcessOptions } from './options.ts';
import { dataFolder } from './process-node.ts';
import type { ReaperRequest } from './reap.ts';

/** Capabilities for which the means to cut links must be there before the nodes start. */
const NETWORK_CAPABILITIES = ['net.cut', 'net.cut.oneway', 'net.lose-replies'];

/** Whether faults of the network were asked for. */
export function cutsLinks(request: Pick<HostRequest, 'instrument'>): boolean {
  return [...request.instrument].some((capability) => NETWORK_CAPABILITIES.includes(capability));
}

/** Makes the nodes' control groups where limits or freezing were asked for. Told to the reaper first. */
export async function openGroups(
  request: HostRequest,
  nodes: readonly NodeId[],
  resources: AsyncDisposableStack,
  tell: (groups: readonly string[]) => Promise<unknown>,
): Promise<((node: NodeId) => NodeGroup) | undefined> {
  if (![...request.instrument].some((capability) => /^resources\.|^process\.freeze$/.test(capability))) return undefined;
  const hierarchies = findHierarchies();
  const groups = new Map(nodes.map((node) => [node, groupOf(hierarchies, request.runId, node)]));
  const folders = [...groups.values()].flatMap((group) => Object.values(group.folders));
  await tell(folders);
  resources.defer(() => void removeFolders(folders));
  for (const group of groups.values()) makeGroup(group);
  return (node) => groups.get(node) as NodeGroup;
}

function realFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return realpathSync(folder);
}

/** Mounts the nodes' disks where faults of them were asked for. Told to the reaper first: from then on a kill -9 leaves none behind. */
export async function openDisks(
  request: HostRequest,
  nodes: readonly NodeId[],
  tell: (mounts: readonly string[]) => Promise<unknown>,
): Promise<NodeDisks | undefined> {
  if (![...request.instrument].some((capability) => /^disk\.|^process\.power-loss$/.test(capability))) return undefined;
  // by the name that the kernel gives mounts there
  const folders = new Map(nodes.map((node) => [node, realFolder(dataFolder(request.folder, node))]));
  const folderOf = (node: NodeId): string => folders.get(node)!;
  await tell([...folders.values()]);
  return NodeDisks.open({ nodes, folderOf, seed: request.rng.fork('disks').int(0, 0x7fffffff) });
}

/** Rejects with ORDEAL_PORT_IN_USE, ORDEAL_CHILD_FAILED or the signal's reason; nothing is left behind then. */
export async function openProcessCluster(request: HostRequest<ProcessOptions>): Promise<ProcessCluster> {
  request.signal.throwIfAborted();
  const ids = Array.from({ length: request.nodes }, (_, i) => `n${i + 1}` as NodeId);
  const resources = new AsyncDisposableStack();
  try {
    const plan = planAddresses({ runId: request.runId, nodes: ids });
    resources.defer(() => plan.release());
    const reaper = await startHelper<ReaperRequest, null>('reaper', entryUrl(import.meta.url, './reaper-main'));
    resources.defer(() => reaper.close());
    const fabric = cutsLinks(request) ? await LinkFabric.open(ids, plan) : undefined;
    if (fabric !== undefined) resources.defer(() => fabric.close());
    const disks = await openDisks(request, ids, (mounts) => reaper.request({ own: [], lock: plan.lock, namespaces: [], mounts }));
    if (disks !== undefined) resources.defer(() => disks.close());
    const groups = await openGroups(request, ids, resources, (made) => reaper.request({ own: [], lock: plan.lock, namespaces: [], groups: made }));
    request.signal.throwIfAborted();
    const around = {
      host: 'process',
      plan,
      lock: plan.lock,
      namespaces: [],
      links: fabric?.links,
      replies: fabric?.replies,
      disks,
      groupOf: groups,
      views: fabric === undefined ? 'own' : 'others',
      portsAre: 'here',
      inside: () => [],
      openDoors: async (node, program) => fabric?.openDoors(node, program),
      identify: (nodes) => void fabric?.identify(nodes, identify(process.pid)).catch(() => {}),
    } satisfies Parameters<typeof assembleCluster>[0]['around'];
    return assembleCluster({ request, clock: createRealClock(), ids, around, reaper, resources });
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}
