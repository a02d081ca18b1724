/** Undoing shapes of links without a live run. */
import type { Undo } from '../../../harness/contracts/index.ts';
import { isAlive, type ProcessIdentity, signal } from '../procfs/processes.ts';

export type DetourUndo = { readonly detour: ProcessIdentity };

/** Ends the detour if it outlived its harness: its devices go with it, and the routes into them. */
export const undoDetour: Undo = async (change) => {
  const { detour } = change.undo as unknown as DetourUndo;
  if (isAlive(detour)) signal(detour.pid, 'SIGKILL');
};
