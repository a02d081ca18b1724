/**
 * Processes as Linux's /proc shows them: who they are, whether they live, what they descend from, what they consume.
 * Every reading of a process that is gone gives undefined or nothing; none throws. Elsewhere than on Linux all are gone.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** A process for good: the pid alone is given again to others. `startTime` is in clock ticks since boot, as text. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** What `/proc/<pid>/stat` says. */
export interface ProcessStat {
  /** R running, S sleeping, D waiting for a device, T stopped, t traced, Z dead and not collected, X dead. */
  readonly state: string;
  readonly parent: number;
  readonly startTime: string;
}

/** A file of /proc as text; undefined when the process is gone or may not be read. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch {
    return undefined;
  }
}

/** Reads `stat` of a process (`pid`) or of one of its threads (`pid/task/tid`). */
export function readStat(process: number | string): ProcessStat | undefined {
  const text = readProc(`${process}/stat`);
  if (text === undefined) return undefined;
  // The name, in brackets, may itself hold spaces and brackets: fields count from the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? 'X', parent: Number(fields[1]), startTime: fields[19] ?? '' };
}

/** Who runs under that pid now; undefined when nobody does. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined ? undefined : { pid, startTime: stat.startTime };
}

/**
 * That very process still runs (also when stopped); a zombie does not. One whose first thread has ended lives on in its
 * others: until the last of them is gone its sockets are open, and the kernel takes connections for it.
 */
export function isAlive(process: ProcessIdentity): boolean {
  const stat = readStat(process.pid);
  if (stat === undefined || stat.startTime !== process.startTime) return false;
  return !isEnded(stat) || threadsOf(process.pid).some((thread) => isRunning(readStat(`${process.pid}/task/${thread}`)));
}

function isEnded({ state }: ProcessStat): boolean {
  return state === 'Z' || state === 'X';
}

function isRunning(thread: ProcessStat | undefined): boolean {
  return thread !== undefined && !isEnded(thread);
}

/** The process and everything that descends from it, parents first. */
export function processTree(root: number): readonly number[] {
  const found = [root];
  for (let i = 0; i < found.length; i++) found.push(...childrenOf(found[i] as number));
  return found;
}

function childrenOf(pid: number): readonly number[] {
  const children: number[] = [];
  for (const thread of threadsOf(pid)) {
    const text = readProc(`${pid}/task/${thread}/children`);
    if (text !== undefined) for (const child of text.split(' ')) if (child.trim() !== '') children.push(Number(child));
  }
  return children;
}

/** The ids of a process's threads. */
export function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Every thread of the process is stopped by a signal (or dead). False when the process is gone. */
export function isStopped(pid: number): boolean {
  const threads = threadsOf(pid);
  if (threads.length === 0) return false;
  let stopped = false;
  for (const thread of threads) {
    const state = readStat(`${pid}/task/${thread}`)?.state;
    if (state === 'T' || state === 't') stopped = true;
    else if (state !== undefined && state !== 'Z' && state !== 'X') return false;
  }
  return stopped;
}

/** Nanoseconds that all threads of the process have spent on a processor; undefined when it is gone or the kernel keeps no account. */
export function processorNs(pid: number): number | undefined {
  let sum: number | undefined;
  for (const thread of threadsOf(pid)) {
    const text = readProc(`${pid}/task/${thread}/schedstat`);
    if (text !== undefined) sum = (sum ?? 0) + Number(text.split(' ')[0]);
  }
  return sum;
}

/** Sends a signal; false when there is nobody to receive it. A negative pid means the group. Throws when it is not allowed. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

/** The id of this boot of the machine; empty where there is none. */
export function bootId(): string {
  return readProc('sys/kernel/random/boot_id')?.trim() ?? '';
}
