/**
 * Writes `history.jsonl` while the run goes on: synchronously, in index order, so that every prefix is a sound history.
 *
 * Lines are gathered up to 64 KiB and then given to the operating system; after kill -9 only what was gathered since the
 * last `tick` is missing. fsync guards against the loss of power only, so it comes every few MiB and at the end.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { Event, HistorySink } from '../contracts/index.ts';
import { isOrdealError, messageOf, OrdealError } from '../errors/ordeal-error.ts';
import { encodeEvent } from './event-line.ts';
import { encodeHeader, type HistoryHeaderFields } from './header.ts';

/** `path`: the file to make, which must not exist (evidence is never overwritten). `fd`: a file opened for writing, which `close` closes. */
export type HistoryWriterOptions = ({ readonly path: string } | { readonly fd: number }) & {
  readonly header: HistoryHeaderFields;
  /** After how many bytes fsync is called, besides `flush` and `close`. Default 8 MiB. */
  readonly fsyncEveryBytes?: number;
};

export interface HistoryWriter extends HistorySink {
  /** How many events were appended: the index of the next. */
  readonly count: number;
  /** Gives what is gathered to the operating system. The runner calls it now and then. Throws ORDEAL_RUN_FOLDER. */
  tick(): void;
  /** Called once, at the first write that the disk refuses (at once when that has happened). From then on `append` throws. */
  onFailure(listener: (error: OrdealError) => void): void;
  /** Writes, syncs and closes; idempotent. Throws ORDEAL_RUN_FOLDER when not everything could be written. */
  close(): void;
}

const GATHER_CHARACTERS = 64 * 1024;

/** Opens the file and writes its header. Throws ORDEAL_RUN_FOLDER. */
export function createHistoryWriter(options: HistoryWriterOptions): HistoryWriter {
  return new JsonLinesWriter(options);
}

class JsonLinesWriter implements HistoryWriter {
  readonly #fd: number;
  readonly #name: string;
  readonly #fsyncEveryBytes: number;
  #gathered = '';
  #buffer = Buffer.allocUnsafe(GATHER_CHARACTERS * 4);
  #unsyncedBytes = 0;
  #count = 0;
  #closed = false;
  #failure: OrdealError | undefined;
  #listeners: ((error: OrdealError) => void)[] = [];

  constructor(options: HistoryWriterOptions) {
    this.#fsyncEveryBytes = options.fsyncEveryBytes ?? 8 * 1024 * 1024;
    this.#name = 'path' in options ? options.path : `file descriptor ${options.fd}`;
    try {
      this.#fd = 'path' in options ? openSync(options.path, 'wx') : options.fd;
    } catch (error) {
      throw this.#refused(error);
    }
    this.#gathered = `${encodeHeader(options.header)}\n`;
    this.tick();
  }

  get count(): number {
    return this.#count;
  }

  append(event: Omit<Event, 'index'>): number {
    this.#assertUsable();
    const index = this.#count++;
    this.#gathered += `${encodeEvent(index, event)}\n`;
    if (this.#gathered.length > GATHER_CHARACTERS) this.tick();
    return index;
  }

  tick(): void {
    this.#assertUsable();
    if (this.#gathered === '') return;
    this.#guarded(() => {
      this.#writeOut();
      if (this.#unsyncedBytes >= this.#fsyncEveryBytes) this.#sync();
    });
  }

  async flush(): Promise<void> {
    this.#flushNow();
  }

  onFailure(listener: (error: OrdealError) => void): void {
    if (this.#failure) listener(this.#failure);
    else this.#listeners.push(listener);
  }

  close(): void {
    if (this.#closed) return;
    try {
      this.#flushNow();
    } finally {
      this.#closed = true;
      closeSync(this.#fd);
    }
  }

  #flushNow(): void {
    this.tick();
    this.#guarded(() => this.#sync());
  }

  #writeOut(): void {
    const text = this.#gathered;
    if (this.#buffer.length < text.length * 3) this.#buffer = Buffer.allocUnsafe(text.length * 3);
    const length = this.#buffer.write(text, 0, 'utf8');
    for (let written = 0; written < length; ) written += writeSync(this.#fd, this.#buffer, written, length - written);
    this.#gathered = '';
    this.#unsyncedBytes += length;
  }

  #sync(): void {
    if (this.#unsyncedBytes === 0) return;
    fsyncSync(this.#fd);
    this.#unsyncedBytes = 0;
  }

  #assertUsable(): void {
    if (this.#failure) throw this.#failure;
    if (this.#closed) throw new OrdealError('ORDEAL_INTERNAL', { what: 'the history is closed', where: this.#name });
  }

  /** After the first refusal the file may end in a torn line: nothing is written behind that any more. */
  #guarded(write: () => void): void {
    try {
      write();
    } catch (error) {
      const failure = this.#refused(error);
      this.#failure = failure;
      const listeners = this.#listeners;
      this.#listeners = [];
      for (const listener of listeners) listener(failure);
      throw failure;
    }
  }

  #refused(error: unknown): OrdealError {
    if (isOrdealError(error)) return error;
    return new OrdealError('ORDEAL_RUN_FOLDER', { what: `the history cannot be written: ${messageOf(error)}`, where: this.#name, cause: error });
  }
}
