/** What a reaper does when its harness is gone: kills the run's processes, removes its network namespaces. */
import { spawnSync } from 'node:child_process';
import { identify, type ProcessIdentity, signal } from '../../controls/procfs/processes.ts';
import type { Lock } from './loopback-claim.ts';

/** What a run owns. The whole list replaces the one before; the lock is told once. */
export interface ReaperRequest {
  readonly own: readonly ProcessIdentity[];
  readonly lock?: Lock;
  /** Network namespaces of the run. */
  readonly namespaces: readonly string[];
}

/** Kills the processes with their groups, and removes the namespaces. */
export function reap({ own, namespaces }: ReaperRequest): void {
  for (const process of own) kill(process);
  for (const name of namespaces) spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
}

/** A pid that is another process's by now leads no group of ours. */
function kill({ pid, startTime }: ProcessIdentity): void {
  const now = identify(pid);
  if (now !== undefined && startTime !== '' && now.startTime !== startTime) return;
  signal(-pid, 'SIGKILL');
}
