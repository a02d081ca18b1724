/** What a reaper does when its harness is gone: kills the run's processes, removes its namespaces, disks and control groups. */
import { spawnSync } from 'node:child_process';
import { unmountDisk } from '../../controls/fuse/mounts.ts';
import { identify, type ProcessIdentity, signal } from '../../controls/procfs/processes.ts';
import { removeFolders } from '../../controls/resources/control-groups.ts';
import { thawFolder } from '../../controls/resources/freezer.ts';
import type { Lock } from './loopback-claim.ts';

/** What a run owns. The whole list replaces the one before; the lock, the mounts and the groups are told once. */
export interface ReaperRequest {
  readonly own: readonly ProcessIdentity[];
  readonly lock?: Lock;
  /** Network namespaces of the run. */
  readonly namespaces: readonly string[];
  /** Folders over which disks of the run are mounted. */
  readonly mounts?: readonly string[];
  /** Folders of the run's control groups. */
  readonly groups?: readonly string[];
}

/** A group is empty when the kernel has done with its processes: so often it is asked, a tenth of a second apart. */
const TRIES = 20;

/** Kills the processes with their process groups, and removes the rest. */
export function reap({ own, namespaces, mounts = [], groups = [] }: ReaperRequest): void {
  for (const process of own) kill(process);
  // what is frozen dies when it is thawed
  for (const folder of groups) thawFolder(folder);
  for (const name of namespaces) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  for (const folder of mounts) unmountDisk(folder);
  for (let tries = 0; tries < TRIES && !removeFolders(groups); tries++) spawnSync('sleep', ['0.1']);
}

/** A pid that is another process's by now leads no group of ours. */
function kill({ pid, startTime }: ProcessIdentity): void {
  const now = identify(pid);
  if (now !== undefined && startTime !== '' && now.startTime !== startTime) return;
  signal(-pid, 'SIGKILL');
}
