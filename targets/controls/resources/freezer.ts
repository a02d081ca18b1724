/**
 * Freezing a node by the freezer of its control group: unlike a stop by signal it interrupts no call, no parent hears of it,
 * and SIGCONT does not end it. In version 1 what is frozen does not die either, so whoever kills thaws as well.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, NodeId } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import type { NodeFreezer } from '../process-signals/node-processes.ts';
import { enterGroup, type NodeGroup } from './control-groups.ts';

const DEADLINE = ms(5_000);
const POLL = ms(2);

/** By version: what is written to freeze and to thaw, and what says that all in the group stand. */
const VERSIONS = {
  1: { file: 'freezer.state', freeze: 'FROZEN', thaw: 'THAWED', account: 'freezer.state', stands: /^FROZEN$/m },
  2: { file: 'cgroup.freeze', freeze: '1', thaw: '0', account: 'cgroup.events', stands: /^frozen 1$/m },
} as const;

/** The freezer of nodes that have groups. Freezing rejects with ORDEAL_NODE_FAILED when the node does not come to stand. */
export function createFreezer(groupOf: (node: NodeId) => NodeGroup, clock: Clock): NodeFreezer {
  return {
    async freeze(node, process) {
      const group = groupOf(node);
      const { folder, version } = freezerOf(group);
      enterGroup(group, process.pid);
      writeFileSync(join(folder, VERSIONS[version].file), VERSIONS[version].freeze);
      const end = clock.now() + DEADLINE;
      while (!stands(group)) {
        if (clock.now() > end)
          throw new OrdealError('ORDEAL_NODE_FAILED', {
            what: `${node} does not freeze`,
            where: folder,
            remedy: 'It waits for a device; see its state in /proc.',
          });
        await clock.sleep(POLL);
      }
    },
    thaw: (node) => thawFolder(groupOf(node).folders.freezer ?? ''),
    isFrozen: (node) => stands(groupOf(node)),
    folders: (nodes) => nodes.map((node) => freezerOf(groupOf(node)).folder),
  };
}

/** Whatever is frozen in that group goes on; a folder that is gone, or no freezer, is no error. */
export function thawFolder(folder: string): void {
  for (const { file, thaw } of Object.values(VERSIONS)) {
    const path = join(folder, file);
    try {
      if (existsSync(path)) writeFileSync(path, thaw);
    } catch (error) {
      if (existsSync(path)) throw error;
    }
  }
}

function freezerOf({ folders, versions }: NodeGroup): { readonly folder: string; readonly version: 1 | 2 } {
  if (folders.freezer !== undefined && versions.freezer !== undefined) return { folder: folders.freezer, version: versions.freezer };
  throw new OrdealError('ORDEAL_MISSING_CAPABILITY', { what: 'there is no freezer of control groups', value: 'process.freeze' });
}

function stands(group: NodeGroup): boolean {
  if (group.folders.freezer === undefined) return false;
  const { folder, version } = freezerOf(group);
  try {
    return VERSIONS[version].stands.test(readFileSync(join(folder, VERSIONS[version].account), 'latin1'));
  } catch {
    return false;
  }
}
