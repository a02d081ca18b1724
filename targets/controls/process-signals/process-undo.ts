/** Undoing pauses and kills without a live run: by the watchdog or `ordeal heal`. */
import type { Undo } from '../../../harness/contracts/index.ts';
import type { ProcessUndo } from './process-control.ts';
import { continueTree } from './signals.ts';

/** Continues the very processes that were paused; one that is gone, or whose pid is another's by now, is left alone. */
export const undoProcessPause: Undo = async (change) => {
  for (const process of (change.undo as unknown as ProcessUndo).processes) continueTree(process);
};

/** Nothing to do: nodes belong to their run, and a node that is down when its run ends stays down. */
export const undoProcessKill: Undo = async () => {};
