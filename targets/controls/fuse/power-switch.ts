/**
 * Losses of power, for the control of processes: the node's disk forgets what was not synced, and the witness, who had
 * written a file and synced half of it, finds that half and no more.
 */
import type { NodeId } from '../../../harness/contracts/index.ts';
import type { NodePower } from '../process-signals/node-processes.ts';
import type { NodeDisks } from './node-disks.ts';
import { PAGE_BYTES } from './unsynced-log.ts';

/** So many pages of the witness's that all survive a loss of power by chance: never. */
const UNSYNCED_PAGES = 64;
const SYNCED = 'synced'.padEnd(PAGE_BYTES, '.');
const UNSYNCED = 'lost'.padEnd(PAGE_BYTES, '-').repeat(UNSYNCED_PAGES);

export function createPowerSwitch(disks: NodeDisks): NodePower {
  /** Change and node → what the witness wrote, and the disk lost. */
  const cuts = new Map<string, string>();
  const fileOf = (change: string): string => `power-${change.replaceAll(/\W/g, '-')}`;
  const keyOf = (node: NodeId, change: string): string => `${node} ${change}`;

  return {
    folders: (nodes) => nodes.map((node) => disks.folderOf(node)),
    async cut(node, change, torn) {
      const file = fileOf(change);
      const synced = await disks.ask(node, file, { op: 'write', text: SYNCED, synced: true });
      const written = await disks.ask(node, file, { op: 'append', text: UNSYNCED, synced: false });
      const before = await disks.ask(node, file, { op: 'read' });
      const { files, bytes, names } = await disks.losePower(node, torn);
      const problem = synced.error ?? written.error ?? before.error ?? (before.text === SYNCED + UNSYNCED ? undefined : 'other bytes than written');
      if (problem === undefined) cuts.set(keyOf(node, change), `lost ${bytes} bytes of ${files} files and ${names} changes of names that were not synced`);
    },
    async sighting(node, change) {
      const cut = cuts.get(keyOf(node, change));
      if (cut === undefined) return { holds: false, measured: 'nothing was written that could have been lost' };
      const { text = '', error } = await disks.ask(node, fileOf(change), { op: 'read' });
      const left = Math.max(0, text.length - SYNCED.length);
      const gone = text !== SYNCED + UNSYNCED;
      const seen = error === undefined ? `${left} of the ${UNSYNCED.length} bytes that the witness had not synced are there` : `the witness's file: ${error}`;
      return { holds: gone && (error === undefined || error === 'ENOENT'), measured: `${seen}; it ${cut}` };
    },
  };
}
