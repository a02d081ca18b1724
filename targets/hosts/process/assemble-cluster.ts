/**
 * A cluster whose nodes are processes of this machine, whatever they stand in (loopback, namespaces, containers): what
 * the hosts `process`, `netns` and `docker` have in common.
 */
import { rm } from 'node:fs/promises';
import type {
  Clock,
  Cluster,
  Control,
  Controls,
  HostRequest,
  LinkParams,
  NodeId,
  Program,
  ReplyParams,
  ShapeParams,
} from '../../../harness/contracts/index.ts';
import { isOrdealError } from '../../../harness/errors/ordeal-error.ts';
import { flappingLinks } from '../../controls/flapping/flapping-links.ts';
import { createDiskControl } from '../../controls/fuse/disk-control.ts';
import type { NodeDisks } from '../../controls/fuse/node-disks.ts';
import { createPowerSwitch } from '../../controls/fuse/power-switch.ts';
import type { HelperProcess } from '../../controls/helper-process/helper-process.ts';
import type { NodeProcesses, StartHook } from '../../controls/process-signals/node-processes.ts';
import { createProcessControl } from '../../controls/process-signals/process-control.ts';
import type { ProcessIdentity } from '../../controls/procfs/processes.ts';
import type { NodeGroup } from '../../controls/resources/control-groups.ts';
import { createFreezer } from '../../controls/resources/freezer.ts';
import { createResourceControl } from '../../controls/resources/resource-control.ts';
import { createClockControl } from '../../controls/vdso/clock-control.ts';
import type { AddressPlan } from './address-plan.ts';
import { type Launch, launch } from './launch.ts';
import type { Lock } from './loopback-claim.ts';
import { nodeProcessesOf } from './node-processes.ts';
import type { ProcessOptions } from './options.ts';
import { ProcessNode } from './process-node.ts';
import type { ReaperRequest } from './reap.ts';

/** What the watchdog needs of a host whose nodes are our processes (rule 21). */
export interface OwnsProcesses {
  /** The processes that run now and must not outlive the harness, each the leader of its own group. */
  ownedProcesses(): readonly ProcessIdentity[];
  /** Calls `watcher` with the list now and after every change, until the returned function is called. */
  watchOwnedProcesses(watcher: (owned: readonly ProcessIdentity[]) => void): () => void;
}

export interface ProcessCluster extends Cluster, AsyncDisposable, OwnsProcesses {
  readonly nodes: readonly ProcessNode[];
}

/** Where nodes stand: what differs between loopback and namespaces. */
export interface Surroundings {
  readonly host: string;
  readonly plan: AddressPlan;
  /** Cuts links; absent where nobody asked for it. */
  readonly links: Control<LinkParams> | undefined;
  /** Loses answers; absent where the host cannot, or nobody asked for it. */
  readonly replies?: Control<ReplyParams> | undefined;
  /** Shapes links; absent where the host cannot, or nobody asked for it. */
  readonly shapes?: Control<ShapeParams> | undefined;
  /** The nodes' disks; absent where nobody asked for faults of them. */
  readonly disks?: NodeDisks | undefined;
  /** The nodes' control groups; absent where nobody asked for limits. */
  readonly groupOf?: ((node: NodeId) => NodeGroup) | undefined;
  /** Whether peers and clients see a node by other addresses, or from other ones, than it has itself. */
  readonly views: 'own' | 'others';
  readonly portsAre: 'here' | 'elsewhere';
  /** What the reaper gives back when the harness is gone: the run's claim, its network namespaces. */
  readonly lock: Lock;
  readonly namespaces: readonly string[];
  /** How programs start; as children of ours where absent. */
  readonly launch?: Launch;
  inside(node: NodeId): readonly string[];
  /** Makes the ports of a program reachable, before it starts. */
  openDoors(node: NodeId, program: Program): Promise<void>;
  /** Told on the side who runs as what now. */
  identify(nodes: readonly { readonly node: NodeId; readonly process: ProcessIdentity | undefined }[]): void;
}

export interface Parts {
  readonly request: HostRequest<ProcessOptions>;
  readonly clock: Clock;
  readonly ids: readonly NodeId[];
  readonly around: Surroundings;
  readonly reaper: HelperProcess<ReaperRequest, null>;
  /** Closed after the nodes were killed. */
  readonly resources: AsyncDisposableStack;
}

/** The cluster; it owns `resources` from now on. */
export function assembleCluster({ request, clock, ids, around, reaper, resources }: Parts): ProcessCluster {
  const startHooks: StartHook[] = [];
  const watchers = new Set<(owned: readonly ProcessIdentity[]) => void>();
  const owned = (): readonly ProcessIdentity[] => nodes.flatMap(({ identity }) => (identity === undefined ? [] : [identity]));
  const surroundings = {
    nodes: ids,
    plan: around.plan,
    proxied: around.views === 'others',
    clock,
    folder: request.folder,
    resources: request.options,
    launch: around.launch ?? launch,
    inside: around.inside,
    portsAre: around.portsAre,
    openDoors: around.openDoors,
    processChanged: (): void => {
      for (const watcher of watchers) watcher(owned());
      // Both are told on the side: when one of them is gone, whoever needs it next hears of it.
      reaper.request({ own: owned(), lock: around.lock, namespaces: around.namespaces }).catch(() => {});
      around.identify(nodes.map(({ id, identity }) => ({ node: id, process: identity })));
    },
    startHooks,
  };
  const nodes = ids.map((id) => new ProcessNode(id, { ...surroundings, rng: request.rng.fork(id) }));
  const processes = nodeProcessesOf(nodes, (hook) => startHooks.push(hook));
  const freezer = around.groupOf && createFreezer(around.groupOf, clock);
  const controls: Partial<Controls> = {
    processes: createProcessControl(processes, clock, { power: around.disks && createPowerSwitch(around.disks), freezer }),
    ...(around.disks === undefined ? {} : { disks: createDiskControl({ disks: around.disks, processes }) }),
    ...(around.groupOf === undefined ? {} : { resources: createResourceControl({ processes, clock, groupOf: around.groupOf }) }),
    ...(around.links === undefined ? {} : { links: flappingLinks(around.links, clock) }),
    ...(around.replies === undefined ? {} : { replies: around.replies }),
    ...(around.shapes === undefined ? {} : { shapes: around.shapes }),
    ...clocksOf(processes, clock, request.runId),
  };
  return {
    host: around.host,
    nodes,
    clock,
    control: (kind) => controls[kind],
    ownedProcesses: owned,
    watchOwnedProcesses: (watcher) => {
      watchers.add(watcher);
      watcher(owned());
      return () => watchers.delete(watcher);
    },
    async [Symbol.asyncDispose]() {
      const stopped = nodes.map((node) => node.stop('kill'));
      for (const { id } of nodes) freezer?.thaw(id);
      await Promise.all(stopped);
      await resources.disposeAsync();
      if (!request.options.keepData) await Promise.all(nodes.map(({ dataDir }) => rm(dataDir, { recursive: true, force: true })));
    },
  };
}

/** Where this kernel's vDSO cannot be patched, or there is none, the cluster has no control over clocks; the host's probe says why. */
function clocksOf(processes: NodeProcesses, clock: Clock, runId: string): Pick<Controls, 'clocks'> | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return { clocks: createClockControl(processes, clock, runId) };
  } catch (error) {
    if (isOrdealError(error)) return undefined;
    throw error;
  }
}
