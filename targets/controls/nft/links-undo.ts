/** Undoing cuts of nft without a live run: our table goes, and with it everything that it cut. */
import type { Undo } from '../../../harness/contracts/index.ts';
import { TABLE } from './cut-script.ts';
import type { NftLinksUndo } from './links-control.ts';
import { namespaceExists, nft } from './nft.ts';
import { undoRefusals } from './refusal.ts';

/** Idempotent: a namespace that is gone took its table along; a table that is gone is made first, so that deleting it succeeds. */
export const undoNftLinks: Undo = async (change) => {
  const { namespace, refusing = [] } = change.undo as unknown as NftLinksUndo;
  await undoRefusals(refusing);
  if (!namespaceExists(namespace)) return;
  try {
    await nft(namespace, `table bridge ${TABLE}\ndelete table bridge ${TABLE}\n`);
  } catch (error) {
    // it may have gone while we spoke
    if (namespaceExists(namespace)) throw error;
  }
};
