/** Undoing a promotion without a live run: by the watchdog or `ordeal heal`. */
import type { Undo } from '../../../harness/contracts/index.ts';

/** Nothing to do: servers end with their run, and nothing outside of them knows who was primary. */
export const undoPostgresPromotion: Undo = async () => {};
