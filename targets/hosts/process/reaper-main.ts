/**
 * The reaper (rule 21): told which processes the run owns, it kills them with their process groups when its stdin ends
 * without a goodbye, which is when the harness was killed. It catches what the kernel's death signal does not reach:
 * children of a wrapper script, and systems without that signal. It gives the run's part of loopback back as well, its namespaces, and unmounts its disks.
 */
import { spawnSync } from 'node:child_process';
import { unmountDisk } from '../../controls/fuse/mounts.ts';
import { serveRequests } from '../../controls/helper-process/serve-requests.ts';
import { identify, type ProcessIdentity, signal } from '../../controls/procfs/processes.ts';
import { removeFolders } from '../../controls/resources/control-groups.ts';
import { type Lock, releaseLock } from './loopback-claim.ts';

/** The whole list replaces the one before; the lock, the mounts and the groups are told once. */
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

let owned: readonly ProcessIdentity[] = [];
let lock: Lock | undefined;
let namespaces: readonly string[] = [];
let mounts: readonly string[] = [];
let groups: readonly string[] = [];

serveRequests(
  (request: ReaperRequest) => {
    owned = request.own;
    lock = request.lock ?? lock;
    namespaces = request.namespaces;
    mounts = request.mounts ?? mounts;
    groups = request.groups ?? groups;
    return null;
  },
  () => {
    for (const process of owned) reap(process);
    for (const name of namespaces) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
    for (const folder of mounts) unmountDisk(folder);
    // a group is empty when the kernel has done with its processes
    for (let tries = 0; tries < 20 && !removeFolders(groups); tries++) spawnSync('sleep', ['0.1']);
    if (lock !== undefined) releaseLock(lock);
  },
);

/** A pid that is another process's by now leads no group of ours. */
function reap({ pid, startTime }: ProcessIdentity): void {
  const now = identify(pid);
  if (now !== undefined && startTime !== '' && now.startTime !== startTime) return;
  signal(-pid, 'SIGKILL');
}
