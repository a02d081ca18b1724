/** Who owns a journal, and whether that process still lives (rule 22): pid, start time, boot and host together name it. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to its start (Linux); empty where the system does not tell. */
  readonly startTime: string;
}

export interface OwnerIdentity extends ProcessIdentity {
  readonly bootId: string;
  readonly hostname: string;
}

/** The owner of what is inside a simulation: it touches nothing outside, and its journal has the same bytes every time. */
export const SIMULATED_OWNER: OwnerIdentity = { pid: 0, startTime: 'sim', bootId: 'sim', hostname: 'sim' };

/** Whether an owner lives. `elsewhere`: on another machine, which cannot be seen from here. */
export type Liveness = 'alive' | 'dead' | 'elsewhere' | 'simulated';

/** This process. */
export function thisOwner(): OwnerIdentity {
  return { ...identityOf(process.pid), bootId: bootId(), hostname: hostname() };
}

/** A process that runs now, by its pid. */
export function identityOf(pid: number): ProcessIdentity {
  return { pid, startTime: startTimeOf(pid) ?? '' };
}

/** Whether the owner lives. A process that has ended and was not yet collected is dead. */
export function livenessOf(owner: OwnerIdentity): Liveness {
  if (owner.bootId === SIMULATED_OWNER.bootId) return 'simulated';
  if (owner.hostname !== hostname()) return 'elsewhere';
  if (owner.bootId !== bootId()) return 'dead';
  return isRunning(owner) ? 'alive' : 'dead';
}

/** Whether that very process runs. */
export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  const now = startTimeOf(pid);
  if (now !== undefined) return startTime === '' || now === startTime;
  if (process.platform === 'linux') return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Sends a signal to that very process; false when it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}

/** Field 22 of /proc/pid/stat. The name in field 2 may hold blanks and brackets, so fields count from its last bracket. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    return state === 'Z' || state === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return 'unknown';
  }
}
