/**
 * Control groups of our own, version 1 or 2, whichever the machine has: one for each node (and controller, in version 1),
 * made and removed by us. Nothing that others made is touched, not even to let us in: where controllers are not handed
 * down to groups below the root, there are none for us.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeId } from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { processTree, readProc } from '../procfs/processes.ts';

export const CONTROLLERS = ['cpu', 'pids', 'memory', 'freezer'] as const;
export type Controller = (typeof CONTROLLERS)[number];

/** Where a controller's groups are made. */
export interface Hierarchy {
  readonly folder: string;
  readonly version: 1 | 2;
}

export type Hierarchies = Readonly<Partial<Record<Controller, Hierarchy>>>;

const PERIOD_US = 100_000;
/** Above what is in use while it changes. */
const SLACK = 256 << 10;
const TRIES = 5;

/** What there is on this machine; version 2 where it has the controller. */
export function findHierarchies(mounts: string = readProc('self/mountinfo') ?? '', handedDown: (folder: string) => string = readHandedDown): Hierarchies {
  const found: Partial<Record<Controller, Hierarchy>> = {};
  for (const line of mounts.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const folder = before.split(' ')[4];
    const [type, , options = ''] = after.split(' ');
    if (folder === undefined || (type !== 'cgroup' && type !== 'cgroup2')) continue;
    // every group of version 2 below the root can be frozen
    const has = type === 'cgroup' ? options.split(',') : [...handedDown(folder).trim().split(' '), 'freezer'];
    for (const controller of CONTROLLERS)
      if (has.includes(controller) && found[controller]?.version !== 2) found[controller] = { folder, version: type === 'cgroup' ? 1 : 2 };
  }
  return found;
}

function readHandedDown(folder: string): string {
  try {
    return readFileSync(join(folder, 'cgroup.subtree_control'), 'latin1');
  } catch {
    return '';
  }
}

/** The files of one node's groups. */
export interface NodeGroup {
  readonly folders: Readonly<Partial<Record<Controller, string>>>;
  readonly versions: Readonly<Partial<Record<Controller, 1 | 2>>>;
}

/** Pure: where the groups of a node would be. */
export function groupOf(hierarchies: Hierarchies, runId: string, node: NodeId): NodeGroup {
  const places = Object.entries(hierarchies) as [Controller, Hierarchy][];
  return {
    folders: Object.fromEntries(places.map(([controller, { folder }]) => [controller, join(folder, `ordeal-${runId}-${node}`)])),
    versions: Object.fromEntries(places.map(([controller, { version }]) => [controller, version])),
  };
}

/** Throws ORDEAL_MISSING_CAPABILITY. */
export function makeGroup({ folders }: NodeGroup): void {
  for (const folder of new Set(Object.values(folders))) {
    try {
      mkdirSync(folder, { recursive: true });
    } catch (cause) {
      throw new OrdealError('ORDEAL_MISSING_CAPABILITY', {
        what: `no control group can be made: ${messageOf(cause)}`,
        where: folder,
        remedy: 'Run as root, with control groups mounted for writing.',
        cause,
      });
    }
  }
}

/** Puts the process and what descends from it into the groups; one that is gone is no error. */
export function enterGroup({ folders }: NodeGroup, pid: number): void {
  for (const folder of new Set(Object.values(folders))) {
    for (const member of processTree(pid)) {
      try {
        writeFileSync(join(folder, 'cgroup.procs'), String(member));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
      }
    }
  }
}

/** Thousandths of one processor; undefined: as much as there is. */
export function limitProcessor({ folders, versions }: NodeGroup, millis: number | undefined): void {
  if (folders.cpu === undefined) return;
  const quotaUs = millis === undefined ? undefined : Math.max(1_000, (millis * PERIOD_US) / 1_000);
  if (versions.cpu === 2) writeFileSync(join(folders.cpu, 'cpu.max'), `${quotaUs ?? 'max'} ${PERIOD_US}`);
  else writeFileSync(join(folders.cpu, 'cpu.cfs_quota_us'), String(quotaUs ?? -1));
}

/** Processes and threads in the group; undefined: as many as there may be. */
export function limitProcesses({ folders }: NodeGroup, most: number | undefined): void {
  if (folders.pids !== undefined) writeFileSync(join(folders.pids, 'pids.max'), String(most ?? 'max'));
}

/** Bytes; undefined: as many as there are. What is in use and cannot be given back stays: version 1 then lets no more come. */
export function limitMemory({ folders, versions }: NodeGroup, bytes: number | undefined): void {
  if (folders.memory === undefined) return;
  if (versions.memory === 2) {
    const swap = join(folders.memory, 'memory.swap.max');
    if (existsSync(swap)) writeFileSync(swap, bytes === undefined ? 'max' : '0');
    writeFileSync(join(folders.memory, 'memory.max'), String(bytes ?? 'max'));
    return;
  }
  for (let tries = TRIES, limit = bytes ?? -1; ; tries--) {
    try {
      writeFileSync(join(folders.memory, 'memory.limit_in_bytes'), String(limit));
      return;
    } catch (error) {
      if (tries === 0 || !(error instanceof Error && 'code' in error && error.code === 'EBUSY')) throw error;
      limit = Number(readFileSync(join(folders.memory, 'memory.usage_in_bytes'), 'latin1')) + SLACK;
    }
  }
}

/** How many processes of the group the kernel has killed for want of memory, by its account. */
export function timesOutOfMemory({ folders, versions }: NodeGroup): number {
  if (folders.memory === undefined) return 0;
  const account = join(folders.memory, versions.memory === 2 ? 'memory.events' : 'memory.oom_control');
  return Number(/^oom_kill (\d+)$/m.exec(readFileSync(account, 'latin1'))?.[1] ?? 0);
}

/** In how many periods the group was kept from the processors, by the kernel's account. */
export function timesThrottled({ folders }: NodeGroup): number {
  if (folders.cpu === undefined) return 0;
  return Number(/^nr_throttled (\d+)$/m.exec(readFileSync(join(folders.cpu, 'cpu.stat'), 'latin1'))?.[1] ?? 0);
}

/** Removes groups that are empty; false while one is not. */
export function removeFolders(folders: readonly string[]): boolean {
  let all = true;
  for (const folder of new Set(folders)) {
    try {
      rmdirSync(folder);
    } catch (error) {
      all &&= error instanceof Error && 'code' in error && error.code === 'ENOENT';
    }
  }
  return all;
}
