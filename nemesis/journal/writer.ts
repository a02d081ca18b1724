/**
 * Writes `faults.jsonl`. Every entry is on the disk before the call returns, because what follows it touches the world
 * (rule 9); synchronous, so that it can run inside a simulation.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { JournalEntry } from '../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { type OwnerIdentity, SIMULATED_OWNER } from './owner.ts';

const JOURNAL_SCHEMA_VERSION = 1;

export interface JournalWriter {
  readonly path: string;
  /** Appends and syncs. Throws ORDEAL_RUN_FOLDER; from then on every call throws. */
  append(entry: JournalEntry): void;
  /** The error that ended the writing, if one did. */
  readonly failure: OrdealError | undefined;
  /** Idempotent; throws nothing. */
  close(): void;
}

export interface JournalRequest {
  readonly path: string;
  readonly runId: string;
  readonly owner: OwnerIdentity;
  /** Url of the module whose export `undo` is an `UndoRegistry`'s table: for whoever heals without this run. */
  readonly undoModule: string;
}

/** Makes the journal of a run with its owner line. The file must not exist. Throws ORDEAL_RUN_FOLDER. */
export function createJournal(request: JournalRequest): JournalWriter {
  const simulated = request.owner.bootId === SIMULATED_OWNER.bootId;
  const writer = new Writer(request.path, 'wx', !simulated);
  writer.append({
    type: 'owner',
    schemaVersion: JOURNAL_SCHEMA_VERSION,
    ...request.owner,
    runId: simulated ? 'sim' : request.runId,
    undoModule: simulated ? '' : request.undoModule,
  });
  writer.syncFolder();
  return writer;
}

/** Goes on with a journal that exists: the watchdog's and the healer's way. A torn last line is ended first. Throws ORDEAL_RUN_FOLDER. */
export function continueJournal(path: string, torn: 'torn' | 'whole'): JournalWriter {
  const writer = new Writer(path, 'a', true);
  if (torn === 'torn') writer.write('\n');
  return writer;
}

class Writer implements JournalWriter {
  readonly path: string;
  readonly #durable: boolean;
  #fd: number | undefined;
  #failure: OrdealError | undefined;

  constructor(path: string, flags: 'wx' | 'a', durable: boolean) {
    this.path = path;
    this.#durable = durable;
    this.#fd = this.#guarded(() => openSync(path, flags));
  }

  get failure(): OrdealError | undefined {
    return this.#failure;
  }

  append(entry: JournalEntry): void {
    this.write(`${JSON.stringify(entry)}\n`);
  }

  write(text: string): void {
    if (this.#failure) throw this.#failure;
    const fd = this.#fd;
    this.#guarded(() => {
      if (fd === undefined) throw new Error('the journal is closed');
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
      if (this.#durable) fsyncSync(fd);
    });
  }

  /** The file's name must survive as well. */
  syncFolder(): void {
    if (!this.#durable) return;
    this.#guarded(() => {
      const folder = openSync(dirname(this.path), 'r');
      try {
        fsyncSync(folder);
      } finally {
        closeSync(folder);
      }
    });
  }

  close(): void {
    if (this.#fd === undefined) return;
    const fd = this.#fd;
    this.#fd = undefined;
    try {
      closeSync(fd);
    } catch {
      // everything that mattered was synced before
    }
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      this.#failure = new OrdealError('ORDEAL_RUN_FOLDER', { what: `cannot write the journal of faults: ${messageOf(cause)}`, where: this.path, cause });
      throw this.#failure;
    }
  }
}
