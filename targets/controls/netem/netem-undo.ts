/** Undoing shapes by netem without a live run: our queue goes, and the device has again the one that it was made with. */
import type { Undo } from '../../../harness/contracts/index.ts';
import { namespaceExists } from '../nft/nft.ts';
import { unshape } from './tc.ts';

export interface NetemUndo {
  readonly namespaces: readonly string[];
  readonly device: string;
}

/** Idempotent: a namespace that is gone took its queues along. */
export const undoNetem: Undo = async (change) => {
  const { namespaces, device } = change.undo as unknown as NetemUndo;
  for (const namespace of namespaces) {
    if (!namespaceExists(namespace)) continue;
    try {
      await unshape(namespace, device);
    } catch (error) {
      // it may have gone while we spoke
      if (namespaceExists(namespace)) throw error;
    }
  }
};
