/** A cluster of containers: the network at the engine, a container a node, the rules in their namespaces, the witnesses beside them. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Capability, Clock, Control, HostRequest, LinkParams, NodeId, ShapeParams } from '../../../harness/contracts/index.ts';
import { entryUrl } from '../../../harness/entry/entry-url.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { startHelper } from '../../controls/helper-process/helper-process.ts';
import { createNftLinksControl } from '../../controls/nft/links-control.ts';
import { insideNamespace } from '../../controls/nft/nft.ts';
import { nodeTables } from '../../controls/nft/node-tables.ts';
import { Witnesses } from '../../controls/nft/witnesses.ts';
import { type NetnsPlan, planSubnet } from '../netns/address-plan.ts';
import { openCutWays } from '../netns/cut-ways.ts';
import { nodeNamespace, removeNamespaces } from '../netns/namespaces.ts';
import { removeOrphanNamespaces } from '../netns/orphans.ts';
import { bestShaping, openShapedLinks } from '../netns/shaped-links.ts';
import { assembleCluster, type ProcessCluster } from '../process/assemble-cluster.ts';
import { cutsLinks } from '../process/process-cluster.ts';
import type { ReaperRequest } from '../process/reap.ts';
import { containerLaunch } from './container-launch.ts';
import { engineEnvironment, localEngine, removeOrphans, removeRun } from './engine.ts';
import { buildNetwork } from './network.ts';
import type { DockerOptions } from './options.ts';

const NET_SHAPE = 'net.shape' as Capability;

/** Rejects with ORDEAL_MISSING_CAPABILITY, ORDEAL_NODE_FAILED, ORDEAL_PROVISION_FAILED, ORDEAL_PORT_IN_USE, ORDEAL_CHILD_FAILED or the signal's reason; nothing is left behind then. */
export async function openDockerCluster(request: HostRequest<DockerOptions>): Promise<ProcessCluster> {
  request.signal.throwIfAborted();
  const { runId } = request;
  const clock = createRealClock();
  const ids = Array.from({ length: request.nodes }, (_, i) => `n${i + 1}` as NodeId);
  const resources = new AsyncDisposableStack();
  try {
    const engine = await localEngine();
    const plan = planSubnet(runId, ids);
    resources.defer(() => plan.release());
    await removeOrphans(engine);
    await removeOrphanNamespaces();
    const namespaces = ids.map((node) => nodeNamespace(runId, node));
    const reaper = await startHelper<ReaperRequest, null>('reaper', entryUrl(import.meta.url, './reaper-main'), ['env', ...engineEnvironment()]);
    resources.defer(() => reaper.close());
    // told before the first container is made: from here on a kill -9 leaves none behind
    await reaper.request({ own: [], lock: plan.lock, namespaces });
    const gates = join(request.folder, 'gates');
    mkdirSync(gates, { recursive: true });
    resources.defer(() => rmSync(gates, { recursive: true, force: true }));
    resources.defer(() => removeRun(engine, runId));
    resources.defer(() => removeNamespaces(namespaces));
    const holder = await buildNetwork({ engine, runId, nodes: ids, plan, clock, resources, gatePath: (node) => join(gates, `${node}-net`) });
    const network = await networkControls(request, ids, plan, clock, resources);
    request.signal.throwIfAborted();
    const launch = containerLaunch({ engine, runId, options: request.options, gatePath: (node) => join(gates, node), holder });
    return assembleCluster({
      request,
      clock,
      ids,
      reaper,
      resources,
      around: {
        host: 'docker',
        plan,
        links: network?.links,
        shapes: network?.shapes,
        views: 'others',
        portsAre: 'elsewhere',
        lock: plan.lock,
        namespaces,
        launch,
        inside: () => [],
        openDoors: async () => {},
        identify: () => {},
      },
    });
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
  request: HostRequest<DockerOptions>,
  ids: readonly NodeId[],
  plan: NetnsPlan,
  clock: Clock,
  resources: AsyncDisposableStack,
): Promise<NetworkControls | undefined> {
  const shaped = request.instrument.has(NET_SHAPE);
  if (!shaped && !cutsLinks(request)) return undefined;
  const { addressOf } = plan;
  const namespaceOf = (node: NodeId): string => nodeNamespace(request.runId, node);
  const rules = nodeTables(ids, namespaceOf, (end) => [addressOf(end)]);
  const places = ids.map((node) => ({ end: node, address: addressOf(node), inside: insideNamespace(namespaceOf(node)) }));
  const witnesses = await Witnesses.start(clock, [...places, { end: 'clients', address: plan.clients, inside: [] }]);
  resources.defer(() => witnesses.close());
  const ways = await openCutWays(request, witnesses, { nodes: ids, namespaceOf, addressOf });
  const links = { nodes: ids, rules, witnesses, ...(ways && { ways }) };
  if (!shaped) return { links: createNftLinksControl(links) };
  const parts = { runId: request.runId, nodes: ids, rng: request.rng, witnesses, resources, by: bestShaping(), addressOf, namespaceOf };
  const { shapes, onCut } = await openShapedLinks(parts);
  return { links: createNftLinksControl({ ...links, onCut }), shapes };
}
