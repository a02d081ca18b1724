/** Undoing cuts and lost answers of the link proxy without a live run. */
import type { Undo } from '../../../harness/contracts/index.ts';

/** Nothing to do: the proxy dies with the harness, and its cuts and connections with it. */
export const undoProxyLinks: Undo = async () => {};
