/** The control `resources`: processor time, processes and memory by control groups, descriptors by the limits of the processes. The tightest of the active changes counts. */
import type { Change, Clock, Control, NodeId, ResourceParams } from '../../../harness/contracts/index.ts';
import { type Active, activate, retire } from '../desired-state.ts';
import type { NodeProcesses } from '../process-signals/node-processes.ts';
import { identify, type ProcessIdentity } from '../procfs/processes.ts';
import { enterGroup, limitMemory, limitProcesses, limitProcessor, type NodeGroup } from './control-groups.ts';
import { descriptorLimit, limitDescriptors } from './descriptor-limits.ts';
import { probeResource } from './resource-probe.ts';
import type { ResourceUndo } from './resource-undo.ts';

export const NODE_RESOURCES = 'node.resources';

export interface ResourceParts {
  readonly processes: NodeProcesses;
  readonly clock: Clock;
  groupOf(node: NodeId): NodeGroup;
}

/** Apply and undo reject with ORDEAL_NODE_FAILED, or when a group cannot be written. */
export function createResourceControl({ processes, clock, groupOf }: ResourceParts): Control<ResourceParams> {
  let active: Active<ResourceParams> = new Map();
  const ran = new Map<string, readonly NodeId[]>();
  /** What each node's process may have open by itself. */
  const ownLimits = new Map<string, number>();
  const write = (node: NodeId, process: ProcessIdentity | undefined): void => {
    const wish = resourceWish(active, node);
    limitProcessor(groupOf(node), wish.cpu);
    limitProcesses(groupOf(node), wish.processes);
    limitMemory(groupOf(node), wish.memory);
    if (process === undefined) return;
    enterGroup(groupOf(node), process.pid);
    const key = `${process.pid} ${process.startTime}`;
    const own = ownLimits.get(key) ?? descriptorLimit(process.pid);
    if (own === undefined) return;
    ownLimits.set(key, own);
    limitDescriptors(process, wish.descriptors ?? own);
  };
  processes.beforeServing(async (node, process) => write(node, identify(process.pid)));
  const writeAll = async (nodes: readonly NodeId[]): Promise<void> => {
    await Promise.all(nodes.map((node) => processes.exclusively(node, async () => write(node, processes.identity(node)))));
  };
  /** A program that died of want is started again, as whoever mends a machine does. */
  const revive = (node: NodeId): Promise<void> =>
    processes.exclusively(node, async () => {
      if (processes.state(node) === 'crashed') await processes.restart(node, 'running').catch(() => {});
    });

  return {
    plan(id, params) {
      const limits = params.nodes.flatMap((node) => {
        const process = processes.identity(node);
        const own = process === undefined ? undefined : descriptorLimit(process.pid);
        return process === undefined || own === undefined ? [] : [{ ...process, descriptors: own }];
      });
      const undo: ResourceUndo = { folders: params.nodes.flatMap((node) => Object.values(groupOf(node).folders)), limits };
      return { id, kind: NODE_RESOURCES, nodes: params.nodes, params: params as unknown as Change['params'], undo: undo as unknown as Change['undo'] };
    },
    async apply(change) {
      if (!ran.has(change.id))
        ran.set(
          change.id,
          change.nodes.filter((node) => processes.state(node) === 'running'),
        );
      active = activate(active, change.id, paramsOf(change));
      await writeAll(change.nodes);
    },
    async undo(change) {
      active = retire(active, change.id);
      await writeAll(change.nodes);
      const running = ran.get(change.id) ?? [];
      ran.delete(change.id);
      await Promise.all(running.map(revive));
    },
    async probe(change, expect) {
      const params = paramsOf(change);
      const others = retire(active, change.id);
      const hurried = active.has(change.id) !== (expect === 'applied');
      const sightings = await Promise.all(
        params.nodes.map((node) => {
          const held = resourceWish(others, node)[params.type] !== undefined;
          return probeResource({
            processes,
            clock,
            node,
            type: params.type,
            group: groupOf(node),
            expect,
            held,
            hurried,
            ...(params.type === 'memory' && { bytes: params.bytes }),
          });
        }),
      );
      return {
        holds: sightings.every(({ holds }) => holds),
        independent: true,
        measured: sightings.map(({ measured }, i) => `${params.nodes[i]}: ${measured}`).join('; '),
      };
    },
  };
}

type Wish = Readonly<Partial<Record<ResourceParams['type'], number>>>;

/** The tightest limit of each kind. */
export function resourceWish(active: Active<ResourceParams>, node: NodeId): Wish {
  const wish: Partial<Record<ResourceParams['type'], number>> = {};
  for (const params of active.values()) {
    if (!params.nodes.includes(node)) continue;
    const limit = params.type === 'cpu' ? params.millis : params.type === 'memory' ? params.bytes : params.most;
    wish[params.type] = Math.min(limit, wish[params.type] ?? limit);
  }
  return wish;
}

function paramsOf(change: Change): ResourceParams {
  return change.params as unknown as ResourceParams;
}
