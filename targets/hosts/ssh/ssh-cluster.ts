/** A cluster of machines behind ssh: a keeper and a node each, tunnels to all of them, the controls over them. */
import type { Cluster, Controls, HostRequest, NodeId } from '../../../harness/contracts/index.ts';
import { entryUrl } from '../../../harness/entry/entry-url.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { flappingLinks } from '../../controls/flapping/flapping-links.ts';
import { startHelper } from '../../controls/helper-process/helper-process.ts';
import { createProcessControl } from '../../controls/process-signals/process-control.ts';
import { planAddresses } from '../process/address-plan.ts';
import { cutsLinks } from '../process/process-cluster.ts';
import { Keeper } from './keeper.ts';
import { loginsOf, type NodeLogin } from './login.ts';
import type { SshOptions } from './options.ts';
import type { SshReaperRequest } from './reaper-main.ts';
import { openSshLinks } from './ssh-links.ts';
import { SshNode } from './ssh-node.ts';
import { sshProcesses, sshReach } from './ssh-signals.ts';
import type { SshPlace } from './ssh-undo.ts';
import { Tunnels } from './tunnels.ts';

export interface SshCluster extends Cluster, AsyncDisposable {
  readonly nodes: readonly SshNode[];
}

/** The run's folder on a node, and the name of its rules. */
export const folderOn = (options: SshOptions, runId: string, node: NodeId): string => `${options.sshFolder}/ordeal-${runId}-${node}`;
export const tableOf = (runId: string): string => `ordeal_${runId.replaceAll(/\W/g, '_')}`;

/** Rejects with ORDEAL_BAD_OPTION, ORDEAL_MISSING_CAPABILITY, ORDEAL_NODE_FAILED or the signal's reason; nothing is left behind then. */
export async function openSshCluster(request: HostRequest<SshOptions>): Promise<SshCluster> {
  request.signal.throwIfAborted();
  const { runId, options } = request;
  const clock = createRealClock();
  const ids = Array.from({ length: request.nodes }, (_, i) => `n${i + 1}` as NodeId);
  const machines = loginsOf(options, request.nodes);
  const table = cutsLinks(request) ? tableOf(runId) : undefined;
  const resources = new AsyncDisposableStack();
  try {
    const plan = planAddresses({ runId, nodes: ids });
    resources.defer(() => plan.release());
    const reaper = await startHelper<SshReaperRequest, null>('reaper', entryUrl(import.meta.url, './reaper-main'));
    resources.defer(() => reaper.close());
    const folders = machines.map(({ login }, i) => ({ login, folder: folderOn(options, runId, ids[i]!) }));
    // told before the first folder is made: from here on a kill -9 leaves none behind
    await reaper.request({ lock: plan.lock, folders });
    // everything was taken back by us: it need not log in again to find nothing
    resources.defer(async () => void (await reaper.request({ lock: plan.lock, folders: [] })));
    const keepers = await openKeepers(
      ids.map((node, i) => ({ node, machine: machines[i]!, folder: folders[i]!.folder, settings: { sudo: options.sshSudo, table }, clock })),
    );
    for (const keeper of keepers) resources.defer(() => keeper.close());
    const keeperOf = (node: NodeId): Keeper => keepers[ids.indexOf(node)]!;
    const requireControl = (): void => {
      for (const keeper of keepers) keeper.requireControl();
    };
    const placesOf = (nodes: readonly NodeId[]): readonly SshPlace[] =>
      nodes.map((node) => ({ node, login: keeperOf(node).login, folder: keeperOf(node).folder, sudo: options.sshSudo, table: table ?? '' }));
    const tunnels = new Tunnels(plan, (node, port) => keeperOf(node).dial(port));
    resources.defer(() => tunnels.close());
    const clients = clientsOf(options, machines);
    const links =
      table === undefined
        ? undefined
        : await openSshLinks({ keepers, table, clock, resources, placesOf, clients: clients === 'direct' ? seenFrom(keepers) : undefined });
    request.signal.throwIfAborted();
    const nodes = keepers.map(
      (keeper) =>
        new SshNode({
          keeper,
          tunnels,
          clients,
          clock,
          nodes: ids,
          addressOf: (node) => keeperOf(node).address,
          rng: request.rng.fork(keeper.node),
          folder: request.folder,
          resources: options,
        }),
    );
    const processes = createProcessControl(sshProcesses(nodes, requireControl), clock, { reach: sshReach(keeperOf, requireControl, placesOf) });
    return assembled(nodes, clock, { processes, ...(links !== undefined && { links: flappingLinks(links, clock) }) }, resources);
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}

function assembled(nodes: readonly SshNode[], clock: Cluster['clock'], controls: Partial<Controls>, resources: AsyncDisposableStack): SshCluster {
  return {
    host: 'ssh',
    nodes,
    clock,
    control: (kind) => controls[kind],
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(nodes.map((node) => node.stop('kill')));
      await Promise.all(nodes.map((node) => node.fetchLog()));
      await resources.disposeAsync();
    },
  };
}

/** All at the same time; where one cannot be opened, the others are given back. */
async function openKeepers(requests: readonly Parameters<typeof Keeper.open>[0][]): Promise<readonly Keeper[]> {
  const opened = await Promise.allSettled(requests.map((each) => Keeper.open(each)));
  const failed = opened.find((each) => each.status === 'rejected');
  const keepers = opened.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
  if (failed === undefined) return keepers;
  await Promise.all(keepers.map((keeper) => keeper.close()));
  throw failed.reason;
}

function clientsOf({ sshClients }: SshOptions, machines: readonly NodeLogin[]): 'direct' | 'tunnel' {
  return sshClients ?? (machines.some(({ login }) => login.jump !== undefined) ? 'tunnel' : 'direct');
}

/** The one address that all nodes see us at; undefined where they see several, so that clients cannot be told from others. */
function seenFrom(keepers: readonly Keeper[]): string | undefined {
  const seen = new Set(keepers.map(({ path }) => path.from));
  return seen.size === 1 ? [...seen][0] : undefined;
}
