/** What the watchdog knows and does: it holds what is to be undone in memory, and undoes it when the run is gone. */
import { rmSync } from 'node:fs';
import type { Change, Clock, JournalEntry, Ns, UndoRegistry } from '../../harness/contracts/index.ts';
import { lockJournal } from '../heal/lock.ts';
import { type UndoResult, undoOffline } from '../heal/undo-offline.ts';
import { lastTime, openChanges } from '../journal/open-changes.ts';
import { type ProcessIdentity, signalProcess } from '../journal/owner.ts';
import { type Journal, readJournal } from '../journal/reader.ts';
import { continueJournal, type JournalWriter } from '../journal/writer.ts';

export interface SentinelRequest {
  readonly journal: string;
  readonly registry: UndoRegistry;
  readonly registration: string;
  readonly clock: Clock;
}

export class Sentinel {
  readonly #request: SentinelRequest;
  readonly #entries = new Map<string, JournalEntry & { type: 'planned' }>();
  readonly #processes = new Map<string, ProcessIdentity>();
  /** What to add to the clock for times of the journal: the largest seen, since a message is only ever late. */
  #offset = Number.NEGATIVE_INFINITY;

  constructor(request: SentinelRequest) {
    this.#request = request;
  }

  /** It is at least that late on the run's clock. */
  setTime(time: number): void {
    this.#offset = Math.max(this.#offset, time - this.#request.clock.now());
  }

  note(entry: JournalEntry): void {
    if ('time' in entry) this.setTime(entry.time);
    if (entry.type === 'planned') this.#entries.set(entry.change.id, entry);
    else if (entry.type === 'undone' && entry.evidence.holds) this.#entries.delete(entry.change);
  }

  guard(process: ProcessIdentity): void {
    this.#processes.set(keyOf(process), process);
  }

  release(process: ProcessIdentity): void {
    this.#processes.delete(keyOf(process));
  }

  /** The run is gone: its processes first, so that nothing serves half healed, then its faults, the latest first. Never rejects. */
  async takeOver(): Promise<readonly UndoResult[]> {
    for (const process of this.#processes.values()) signalProcess(process, 'SIGKILL');
    const { journal: path, registry, clock, registration } = this.#request;
    const lock = lockJournal(path);
    if (!lock) return [];
    const journal = readable(path);
    if (journal) this.setTime(lastTime(journal.entries));
    const writer = journal && writable(journal);
    const now = (): Ns => (clock.now() + this.#offset) as Ns;
    const results = await undoOffline({ changes: this.#open(journal?.entries ?? []), registry, clock, by: 'watchdog', journal: writer, now });
    writer?.close();
    if (registration !== '' && results.every((result) => result.status === 'undone')) rmSync(registration, { force: true });
    lock.release();
    return results;
  }

  /** The journal knows what it was told last, memory what the disk refused to take. */
  #open(written: readonly JournalEntry[]): readonly Change[] {
    const known = new Set(written.flatMap((entry) => (entry.type === 'planned' ? [entry.change.id] : [])));
    return openChanges([...written, ...[...this.#entries.values()].filter((entry) => !known.has(entry.change.id))]);
  }
}

function readable(path: string): Journal | undefined {
  try {
    return readJournal(path);
  } catch {
    return undefined;
  }
}

function writable(journal: Journal): JournalWriter | undefined {
  try {
    return continueJournal(journal.path, journal.tail);
  } catch {
    return undefined;
  }
}

function keyOf({ pid, startTime }: ProcessIdentity): string {
  return `${pid}@${startTime}`;
}
