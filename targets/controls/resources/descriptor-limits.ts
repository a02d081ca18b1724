/** How many files and connections a process may have open: the soft limit, which can be raised again. */
import { spawnSync } from 'node:child_process';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { identify, type ProcessIdentity, processTree, readProc } from '../procfs/processes.ts';

/** Undefined when it is gone. */
export function descriptorLimit(pid: number): number | undefined {
  const soft = /^Max open files +(\S+)/m.exec(readProc(`${pid}/limits`) ?? '')?.[1];
  return soft === undefined ? undefined : Number(soft);
}

/** Sets the limit of the process and of what descends from it. Throws ORDEAL_NODE_FAILED when it cannot be set though the process lives. */
export function limitDescriptors(process: ProcessIdentity, most: number): void {
  for (const pid of processTree(process.pid)) {
    if (descriptorLimit(pid) === most) continue;
    const set = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${most}:`], { encoding: 'utf8' });
    if (set.status === 0 || identify(pid) === undefined) continue;
    throw new OrdealError('ORDEAL_NODE_FAILED', { what: `the limit of descriptors of process ${pid} cannot be set: ${set.stderr || set.error?.message}` });
  }
}
