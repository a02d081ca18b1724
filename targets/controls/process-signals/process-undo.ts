/** Undoing pauses and kills without a live run: by the watchdog or `ordeal heal`. */
import type { Undo } from '../../../harness/contracts/index.ts';
import { thawFolder } from '../resources/freezer.ts';
import type { ProcessUndo } from './process-control.ts';
import { continueTree } from './signals.ts';

/** Thaws the groups and continues the very processes that were paused; one that is gone, or whose pid is another's by now, is left alone. */
export const undoProcessPause: Undo = async (change) => {
  const { processes, frozen = [] } = change.undo as unknown as ProcessUndo;
  for (const folder of frozen) thawFolder(folder);
  for (const process of processes) continueTree(process);
};

/** Nothing to do: nodes belong to their run, and a node that is down when its run ends stays down. */
export const undoProcessKill: Undo = async () => {};
