/** Undoing a change of members without a live run: by the watchdog or `ordeal heal`. */
import type { Undo } from '../../../harness/contracts/index.ts';

/** Nothing to do: who is a member is known to the cluster alone, which ends with its run. */
export const undoMembers: Undo = async () => {};
