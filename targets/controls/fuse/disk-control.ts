/** The control `disks` by the FUSE disks: each disk is what the union of the active changes wants, over restarts of its node. */
import type { Change, Control, DiskParams, NodeId } from '../../../harness/contracts/index.ts';
import { type Active, activate, retire } from '../desired-state.ts';
import type { NodeProcesses } from '../process-signals/node-processes.ts';
import { type DiskCondition, SOUND_DISK } from './disk-condition.ts';
import { probeDisk } from './disk-probe.ts';
import type { DiskUndo } from './disk-undo.ts';
import type { NodeDisks } from './node-disks.ts';

export const FUSE_DISK = 'fuse.disk';

export interface DiskControlParts {
  readonly disks: NodeDisks;
  readonly processes: NodeProcesses;
}

/** Apply and undo reject when the process that keeps the disks is gone. */
export function createDiskControl({ disks, processes }: DiskControlParts): Control<DiskParams> {
  let active: Active<DiskParams> = new Map();
  /** Change → the nodes that ran when it was applied. */
  const ran = new Map<string, readonly NodeId[]>();
  const write = async (nodes: readonly NodeId[]): Promise<void> => {
    await Promise.all(nodes.map((node) => disks.become(node, conditionOf(active, node))));
  };
  /** A program that died of its disk is started again, as whoever mends a machine does. */
  const revive = (node: NodeId): Promise<void> =>
    processes.exclusively(node, async () => {
      // what it does then is the system's affair; its state and log say it
      if (processes.state(node) === 'crashed') await processes.restart(node, 'running').catch(() => {});
    });

  return {
    plan(id, params) {
      const undo: DiskUndo = { folders: params.nodes.map((node) => disks.folderOf(node)) };
      return { id, kind: FUSE_DISK, nodes: params.nodes, params: params as unknown as Change['params'], undo: undo as unknown as Change['undo'] };
    },
    async apply(change) {
      if (!ran.has(change.id))
        ran.set(
          change.id,
          change.nodes.filter((node) => processes.state(node) === 'running'),
        );
      active = activate(active, change.id, paramsOf(change));
      await write(change.nodes);
    },
    async undo(change) {
      active = retire(active, change.id);
      await write(change.nodes);
      const running = ran.get(change.id) ?? [];
      ran.delete(change.id);
      await Promise.all(running.map(revive));
    },
    async probe(change, expect) {
      const params = paramsOf(change);
      const wanted = expect === 'applied' ? activate(active, change.id, params) : retire(active, change.id);
      const sightings = await Promise.all(params.nodes.map((node) => probeDisk({ disks, node, params, expect, wanted: conditionOf(wanted, node) })));
      return {
        holds: sightings.every(({ holds }) => holds),
        independent: true,
        measured: sightings.map(({ measured }, i) => `${params.nodes[i]}: ${measured}`).join('; '),
      };
    },
  };
}

/** The union, as `desired-state.ts` has the rules. The very `SOUND_DISK` where nothing is wanted. */
export function conditionOf(active: Active<DiskParams>, node: NodeId): DiskCondition {
  let condition = SOUND_DISK;
  const either = (a: number, b: number): number => 1 - (1 - a) * (1 - b);
  for (const params of active.values()) {
    if (!params.nodes.includes(node)) continue;
    if (params.type === 'full') condition = { ...condition, full: true };
    else if (params.type === 'slow') condition = { ...condition, delayNs: condition.delayNs + params.delay };
    else if (params.type === 'lying-fsync') condition = { ...condition, lying: true };
    else if (params.type === 'corrupt') condition = { ...condition, corrupt: either(condition.corrupt, params.share) };
    else {
      const errors = { ...condition.errors };
      for (const operation of params.operations) errors[operation] = either(errors[operation] ?? 0, params.share);
      condition = { ...condition, errors };
    }
  }
  return condition;
}

function paramsOf(change: Change): DiskParams {
  return change.params as unknown as DiskParams;
}
