/** Undoes changes without a live run, by the undo functions of their kinds: the watchdog's and the healer's common part. */
import type { Change, Clock, JournalEntry, Ns, UndoRegistry } from '../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { within } from '../../harness/lifecycle/deadline.ts';
import { ms } from '../../harness/time/units.ts';
import type { JournalWriter } from '../journal/writer.ts';

const UNDO_DEADLINE: Ns = ms(5_000);
const RETRY_AFTER: readonly Ns[] = [ms(50), ms(500)];

export interface UndoResult {
  readonly change: Change;
  readonly status: 'undone' | 'failed';
  /** Why it failed; empty otherwise. */
  readonly message: string;
}

export interface UndoRequest {
  /** In the order in which to undo them. */
  readonly changes: readonly Change[];
  readonly registry: UndoRegistry;
  readonly clock: Clock;
  readonly by: 'watchdog' | 'heal';
  /** Where to put on record what happened; nowhere when the disk refuses. */
  readonly journal: JournalWriter | undefined;
  /** The time of an entry, on the journal's clock. */
  readonly now: () => Ns;
}

/** Undoes all of them, each with some tries and a deadline; one that resists does not stop the others. Never rejects. */
export async function undoOffline(request: UndoRequest): Promise<UndoResult[]> {
  const results: UndoResult[] = [];
  for (const change of request.changes) {
    const result = await undoOne(change, request);
    results.push(result);
    record(request, entryOf(result, request));
  }
  if (results.every((result) => result.status === 'undone')) record(request, { type: 'closed', time: request.now() });
  return results;
}

/** The module of undo functions behind a url. Throws ORDEAL_CHILD_FAILED where it cannot be loaded. */
export async function importUndo(url: string): Promise<UndoRegistry> {
  try {
    const module = (await import(url)) as Partial<UndoRegistry>;
    if (typeof module.undo === 'object' && module.undo !== null) return { undo: module.undo };
    throw new Error('it has no export "undo"');
  } catch (cause) {
    throw new OrdealError('ORDEAL_CHILD_FAILED', { what: `cannot load the undo functions: ${messageOf(cause)}`, where: url, cause });
  }
}

async function undoOne(change: Change, { registry, clock }: UndoRequest): Promise<UndoResult> {
  const undo = Object.hasOwn(registry.undo, change.kind) ? registry.undo[change.kind] : undefined;
  if (!undo) return { change, status: 'failed', message: `nobody here knows how to undo "${change.kind}"` };
  for (let attempt = 0; ; attempt++) {
    try {
      await within(clock, UNDO_DEADLINE, `undoing ${change.id}`, async (signal) => undo(change, signal));
      return { change, status: 'undone', message: '' };
    } catch (error) {
      const pause = RETRY_AFTER[attempt];
      if (pause === undefined) return { change, status: 'failed', message: messageOf(error) };
      await clock.sleep(pause);
    }
  }
}

function entryOf({ change, status, message }: UndoResult, { by, now }: UndoRequest): JournalEntry {
  if (status === 'failed') return { type: 'failed', time: now(), change: change.id, message: `not undone by the ${by}: ${message}` };
  const measured = `the undo of ${change.kind} reported success`;
  return { type: 'undone', time: now(), change: change.id, evidence: { holds: true, independent: false, measured }, by };
}

function record({ journal }: UndoRequest, entry: JournalEntry): void {
  try {
    journal?.append(entry);
  } catch {
    // undoing matters more than its record; the next healer finds it open and undoes it once more, which harms nothing
  }
}
