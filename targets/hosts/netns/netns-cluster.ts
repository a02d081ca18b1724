/** A cluster of processes in network namespaces: the switch, the nodes, the rules over their links, the witnesses beside them. */
import type { Capability, Clock, Control, HostRequest, LinkParams, NodeId, ShapeParams } from '../../../harness/contracts/index.ts';
import { entryUrl } from '../../../harness/entry/entry-url.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { startHelper } from '../../controls/helper-process/helper-process.ts';
import { tableScript } from '../../controls/nft/cut-script.ts';
import { createNftLinksControl, switchRules } from '../../controls/nft/links-control.ts';
import { insideNamespace, nft } from '../../controls/nft/nft.ts';
import { Witnesses } from '../../controls/nft/witnesses.ts';
import { assembleCluster, type ProcessCluster, type Surroundings } from '../process/assemble-cluster.ts';
import type { ProcessOptions } from '../process/options.ts';
import { cutsLinks, openDisks, openGroups } from '../process/process-cluster.ts';
import type { ReaperRequest } from '../process/reap.ts';
import { type NetnsPlan, planSubnet } from './address-plan.ts';
import { openCutWays } from './cut-ways.ts';
import { buildNetwork, namespacesOf, nodeNamespace, removeNamespaces, switchNamespace } from './namespaces.ts';
import { removeOrphanNamespaces } from './orphans.ts';
import { bestShaping, openShapedLinks, type Shaping } from './shaped-links.ts';

const NET_SHAPE = 'net.shape' as Capability;

/** Rejects with ORDEAL_NODE_FAILED, ORDEAL_PORT_IN_USE, ORDEAL_CHILD_FAILED or the signal's reason; nothing is left behind then. */
export async function openNetnsCluster(request: HostRequest<ProcessOptions>, shapesBy: Shaping = bestShaping()): Promise<ProcessCluster> {
  request.signal.throwIfAborted();
  const { runId } = request;
  const clock = createRealClock();
  const ids = Array.from({ length: request.nodes }, (_, i) => `n${i + 1}` as NodeId);
  const resources = new AsyncDisposableStack();
  try {
    const plan = planSubnet(runId, ids);
    resources.defer(() => plan.release());
    await removeOrphanNamespaces();
    const namespaces = namespacesOf(runId, ids);
    const reaper = await startHelper<ReaperRequest, null>('reaper', entryUrl(import.meta.url, '../process/reaper-main'));
    resources.defer(() => reaper.close());
    // told before the first namespace is made: from here on a kill -9 leaves none behind
    await reaper.request({ own: [], lock: plan.lock, namespaces });
    resources.defer(() => removeNamespaces(namespaces));
    await buildNetwork(runId, ids, plan);
    const network = await networkControls(request, ids, plan, clock, resources, shapesBy);
    const disks = await openDisks(request, ids, (mounts) => reaper.request({ own: [], lock: plan.lock, namespaces, mounts }));
    if (disks !== undefined) resources.defer(() => disks.close());
    const groupOf = await openGroups(request, ids, resources, (groups) => reaper.request({ own: [], lock: plan.lock, namespaces, groups }));
    request.signal.throwIfAborted();
    const around: Surroundings = {
      host: 'netns',
      plan,
      links: network?.links,
      shapes: network?.shapes,
      disks,
      groupOf,
      views: 'others',
      portsAre: 'elsewhere',
      lock: plan.lock,
      namespaces,
      inside: (node) => insideNamespace(nodeNamespace(runId, node)),
      openDoors: async () => {},
      identify: () => {},
    };
    return assembleCluster({ request, clock, ids, around, reaper, resources });
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}

interface NetworkControls {
  readonly links: Control<LinkParams>;
  readonly shapes?: Control<ShapeParams>;
}

/** What was asked for; undefined where nobody touches the network. */
async function networkControls(
  request: HostRequest<ProcessOptions>,
  ids: readonly NodeId[],
  plan: NetnsPlan,
  clock: Clock,
  resources: AsyncDisposableStack,
  shapesBy: Shaping,
): Promise<NetworkControls | undefined> {
  const { runId } = request;
  const shaped = request.instrument.has(NET_SHAPE);
  if (!shaped && !cutsLinks(request)) return undefined;
  const namespace = switchNamespace(runId);
  const namespaceOf = (node: NodeId): string => nodeNamespace(runId, node);
  const { addressOf } = plan;
  await nft(namespace, tableScript());
  const places = ids.map((node) => ({ end: node, address: addressOf(node), inside: insideNamespace(namespaceOf(node)) }));
  const witnesses = await Witnesses.start(clock, [...places, { end: 'clients', address: plan.clients, inside: [] }]);
  resources.defer(() => witnesses.close());
  const ways = await openCutWays(request, witnesses, { nodes: ids, namespaceOf, addressOf });
  const parts = { nodes: ids, rules: switchRules(namespace, addressOf), witnesses, ...(ways && { ways }) };
  if (!shaped) return { links: createNftLinksControl(parts) };
  const { shapes, onCut } = await openShapedLinks({ runId, nodes: ids, rng: request.rng, witnesses, resources, by: shapesBy, addressOf, namespaceOf });
  return { links: createNftLinksControl({ ...parts, onCut }), shapes };
}
