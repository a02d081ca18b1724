/** Undoing clock patches without a live run: by the watchdog or `ordeal heal`. */
import { readdirSync } from 'node:fs';
import type { Undo } from '../../../harness/contracts/index.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { isAlive, processTree } from '../procfs/processes.ts';
import type { ClockUndo } from './clock-control.ts';
import { restoreClocks } from './vdso-patch.ts';

/**
 * Takes the run's patch out of the processes that the journal names and out of every other one of ours that carries the
 * run's marker: a node that was restarted, a child that left its parent. One that does not carry it is not touched.
 */
export const undoVdsoClock: Undo = async (change, signal) => {
  const { marker, blockAt, originals, processes } = change.undo as unknown as ClockUndo;
  const clock = createRealClock();
  const named = processes.filter(isAlive).flatMap(({ pid }) => processTree(pid));
  for (const pid of new Set([...named, ...allProcesses()])) {
    signal.throwIfAborted();
    try {
      await restoreClocks(pid, blockAt, originals, marker, clock);
    } catch (error) {
      if (named.includes(pid)) throw error;
      // Somebody else's process: its memory is closed to us, so the patch is not there.
    }
  }
};

function allProcesses(): readonly number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) && Number(name) !== process.pid ? [Number(name)] : []));
  } catch {
    return [];
  }
}
