/** Stopping, continuing and ending a process with everything that descends from it. */
import type { Clock, NodeId } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import { identify, isAlive, isStopped, type ProcessIdentity, processorNs, processTree, signal } from '../procfs/processes.ts';

const STOP_DEADLINE = ms(5_000);
const POLL = ms(1);

/** What the kernel says of a process and its descendants. */
export interface ProcessAccount {
  readonly alive: boolean;
  /** Every thread of them is stopped. */
  readonly stands: boolean;
  /** Processor time of all of them, ns; undefined where there is no account. */
  readonly spentNs: number | undefined;
}

/** Stopping and continuing the process of a node with all that descends from it, and what becomes of it; wherever it runs. */
export interface Signals {
  /** Resolves when every thread stands still. */
  stop(node: NodeId, process: ProcessIdentity): Promise<void>;
  /** Nothing happens when it is gone. */
  proceed(node: NodeId, process: ProcessIdentity): Promise<void>;
  account(node: NodeId, process: ProcessIdentity): Promise<ProcessAccount>;
}

/** Processes of this machine. */
export function localSignals(clock: Clock): Signals {
  return {
    stop: (_node, process) => stopTree(process, clock),
    proceed: async (_node, process) => continueTree(process),
    account: async (_node, process) => ({ alive: isAlive(process), stands: processTree(process.pid).every(isStopped), spentNs: spent(process) }),
  };
}

/** A system without /proc: a process is a pid, and its group all that is known of its descendants (Windows has not even that). */
function isUnaccounted(process: ProcessIdentity): boolean {
  return process.startTime === '';
}

/**
 * Stops the process and its descendants; resolves when every thread stands still, those included that were started
 * meanwhile. Rejects when one does not stop (a thread that waits for a device).
 */
export async function stopTree(process: ProcessIdentity, clock: Clock): Promise<void> {
  if (isUnaccounted(process)) {
    signal(-process.pid, 'SIGSTOP');
    return;
  }
  const end = clock.now() + STOP_DEADLINE;
  while (isAlive(process)) {
    const moving = processTree(process.pid).filter((pid) => !isStopped(pid));
    if (moving.length === 0) return;
    for (const pid of moving) signal(pid, 'SIGSTOP');
    if (clock.now() > end) {
      throw new OrdealError('ORDEAL_NODE_FAILED', {
        what: `process ${moving.join(', ')} does not stop`,
        remedy: 'It waits for a device; see its state in /proc.',
      });
    }
    await clock.sleep(POLL);
  }
}

/** Continues the process and its descendants, children first; nothing happens when it is gone. */
export function continueTree(process: ProcessIdentity): void {
  if (isUnaccounted(process)) signal(-process.pid, 'SIGCONT');
  if (!isAlive(process)) return;
  for (const pid of [...processTree(process.pid)].reverse()) signal(pid, 'SIGCONT');
}

/**
 * Ends the process, which leads its own group, with the group and its descendants; resolves when none of them is alive,
 * so that their ports are free. After the leader's own end, what is left of its group. Nothing happens when the pid is
 * another's by now. Rejects when one does not end (a thread that waits for a device).
 */
export async function killTree(process: ProcessIdentity, clock: Clock): Promise<void> {
  const now = identify(process.pid);
  if (now !== undefined && process.startTime !== '' && now.startTime !== process.startTime) return;
  const doomed = processTree(process.pid).flatMap((pid) => identify(pid) ?? []);
  if (!signal(-process.pid, 'SIGKILL') && isUnaccounted(process)) signal(process.pid, 'SIGKILL');
  for (const one of doomed) if (isAlive(one)) signal(one.pid, 'SIGKILL');
  const end = clock.now() + STOP_DEADLINE;
  while (doomed.some(isAlive)) {
    if (clock.now() > end)
      throw new OrdealError('ORDEAL_NODE_FAILED', { what: `process ${process.pid} does not end`, remedy: 'It waits for a device; see its state in /proc.' });
    await clock.sleep(POLL);
  }
}

/** Processor time of the process and its descendants. */
function spent(process: ProcessIdentity): number | undefined {
  let sum: number | undefined;
  for (const pid of processTree(process.pid)) {
    const own = processorNs(pid);
    if (own !== undefined) sum = (sum ?? 0) + own;
  }
  return sum;
}
