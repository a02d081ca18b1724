/** What a journal says is still to be undone. */
import type { Change, JournalEntry } from '../../harness/contracts/index.ts';

/**
 * The changes that were planned and not seen undone, the latest first: the order in which to undo them. A change whose
 * application failed is among them: half of it may be there.
 */
export function openChanges(entries: Iterable<JournalEntry>): Change[] {
  const open = new Map<string, Change>();
  for (const entry of entries) {
    if (entry.type === 'planned') open.set(entry.change.id, entry.change);
    else if (entry.type === 'undone' && entry.evidence.holds) open.delete(entry.change);
  }
  return [...open.values()].reverse();
}

/** The time of the last entry that has one. */
export function lastTime(entries: readonly JournalEntry[]): number {
  return entries.reduce((last, entry) => ('time' in entry ? Math.max(last, entry.time) : last), 0);
}
