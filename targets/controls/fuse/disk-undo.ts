/** Undoing disk faults and losses of power without a live run. */
import type { Undo } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { unmountDisk } from './mounts.ts';

/** The folders over which disks are mounted. */
export type DiskUndo = { readonly folders: readonly string[] };

/** Unmounts the disks, whoever kept them: what the nodes wrote is in their folders, without any fault. */
export const undoDisks: Undo = async (change, signal) => {
  for (const folder of (change.undo as unknown as DiskUndo).folders) {
    signal.throwIfAborted();
    if (!unmountDisk(folder)) throw new OrdealError('ORDEAL_HEAL_FAILED', { what: `the disk at ${folder} cannot be unmounted`, where: folder });
  }
};
