/**
 * What a loss of power takes from a disk, kept as an undo log: writes go straight to the backing folder, and this log has
 * what would bring back the state that is on the platter.
 *
 * Content: on the first change of each page since the file's last fsync its old bytes are kept, and the size that the
 * file had then. An fsync drops them. Names (create, remove, rename, link, folders): a list in order, undone backwards.
 * As on a journalling file system, an fsync of a file or folder makes every change of names durable up to the last one
 * that touched it, its own creation and growth included. The kernel would write back what is old by itself: here too
 * what has waited for longer than half a minute is durable, and what is more than the log may hold.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import type { Rng } from '../../../harness/contracts/index.ts';

export const PAGE_BYTES = 4_096;

export interface LogLimits {
  /** Bytes of old pages that are kept at most. */
  readonly bytes: number;
  /** Files with a log of their own at most: each keeps a descriptor open. */
  readonly files: number;
  /** Nanoseconds after which what was not synced is written back. */
  readonly ageNs: number;
}

export const LOG_LIMITS: LogLimits = { bytes: 64 << 20, files: 512, ageNs: 30_000_000_000 };

/** A change of names: how to take it back, and what to clear away when it is durable. */
export interface NameChange {
  undo(): void;
  /** A file that was removed or replaced is kept there until its removal is durable; the undo takes it from there. */
  readonly kept?: string;
  /** Inodes that it touched: the file's and its folders'. */
  readonly touched: readonly bigint[];
}

interface FileLog {
  /** A descriptor of our own: the file may be renamed or removed by the time that it is needed. */
  readonly fd: number;
  readonly ino: bigint;
  /** At the last fsync. */
  readonly size: number;
  readonly pages: Map<number, Buffer>;
  readonly since: number;
}

export interface Lost {
  readonly files: number;
  readonly bytes: number;
  readonly names: number;
}

export class UnsyncedLog {
  readonly #files = new Map<bigint, FileLog>();
  #names: (NameChange & { readonly sequence: number; readonly since: number })[] = [];
  /** Inode → the last change of names, or growth, that touched it. */
  readonly #touched = new Map<bigint, number>();
  readonly #limits: LogLimits;
  readonly #now: () => number;
  #sequence = 0;
  #bytes = 0;
  #ticks = 0;

  constructor(now: () => number, limits: LogLimits = LOG_LIMITS) {
    this.#now = now;
    this.#limits = limits;
  }

  /** Before `length` bytes at `offset` change. `fd`: any descriptor of that file. */
  beforeChange(ino: bigint, fd: number, offset: number, length: number): void {
    const log = this.#files.get(ino) ?? this.#open(ino, fd);
    if (offset + length > log.size) this.#touched.set(ino, this.#sequence);
    const end = Math.min(offset + length, log.size);
    for (let page = Math.floor(offset / PAGE_BYTES); page * PAGE_BYTES < end; page++) {
      if (log.pages.has(page)) continue;
      const old = Buffer.allocUnsafe(Math.min(PAGE_BYTES, log.size - page * PAGE_BYTES));
      const read = readSync(log.fd, old, 0, old.length, page * PAGE_BYTES);
      log.pages.set(page, read === old.length ? old : Buffer.concat([old.subarray(0, read), Buffer.alloc(old.length - read)]));
      this.#bytes += old.length;
    }
    this.#writeBack();
  }

  /** Before the file is cut or stretched to that size. */
  beforeResize(ino: bigint, fd: number, size: number): void {
    this.beforeChange(ino, fd, size, Math.max(0, fstatSync(fd).size - size));
    this.#touched.set(ino, this.#sequence);
  }

  nameChanged(change: NameChange): void {
    this.#sequence++;
    for (const ino of change.touched) this.#touched.set(ino, this.#sequence);
    this.#names.push({ ...change, sequence: this.#sequence, since: this.#now() });
    this.#writeBack();
  }

  /** An fsync of that file or folder. */
  synced(ino: bigint): void {
    this.#drop(ino);
    const upTo = this.#touched.get(ino);
    if (upTo === undefined) return;
    let durable = 0;
    while (durable < this.#names.length && (this.#names[durable]?.sequence ?? 0) <= upTo) durable++;
    if (durable > 0) this.#commit(durable);
  }

  /** The power is gone: the folder is as the platter was. With `tear`, each page that was not synced may have made it. */
  lose(tear?: Rng): Lost {
    let bytes = 0;
    const files = this.#files.size;
    for (const log of this.#files.values()) bytes += restore(log, tear);
    this.#forgetFiles(this.#files.keys());
    const names = this.#names.length;
    for (const { undo } of this.#names.toReversed()) undo();
    this.#names = [];
    this.#touched.clear();
    return { files, bytes, names };
  }

  #open(ino: bigint, fd: number): FileLog {
    const own = openSync(`/proc/self/fd/${fd}`, 'r+');
    const log: FileLog = { fd: own, ino, size: fstatSync(own).size, pages: new Map(), since: this.#now() };
    this.#files.set(ino, log);
    return log;
  }

  #drop(ino: bigint): void {
    const log = this.#files.get(ino);
    if (log === undefined) return;
    closeSync(log.fd);
    for (const page of log.pages.values()) this.#bytes -= page.length;
    this.#files.delete(ino);
  }

  #forgetFiles(inos: Iterable<bigint>): void {
    for (const ino of [...inos]) this.#drop(ino);
  }

  #commit(count: number): void {
    for (const { kept } of this.#names.splice(0, count)) if (kept !== undefined) rmSync(kept, { recursive: true, force: true });
  }

  /** What the kernel does of itself. The oldest come first in a Map. */
  #writeBack(): void {
    while (this.#bytes > this.#limits.bytes || this.#files.size > this.#limits.files) {
      const oldest = this.#files.keys().next().value;
      if (oldest === undefined) break;
      this.#drop(oldest);
    }
    // looking at the clock each time would cost more than the write
    if (++this.#ticks % 256 !== 0) return;
    const before = this.#now() - this.#limits.ageNs;
    for (const { ino, since } of [...this.#files.values()]) if (since < before) this.#drop(ino);
    const old = this.#names.findIndex(({ since }) => since >= before);
    this.#commit(old === -1 ? this.#names.length : old);
  }
}

/** Brings a file back to its last fsync; gives how many bytes that took. */
function restore({ fd, size, pages }: FileLog, chance: Rng | undefined): number {
  const now = fstatSync(fd).size;
  // a file that was cut is cut or it is not
  const tear = now < size ? undefined : chance;
  const stays = (): boolean => tear !== undefined && tear.int(0, 1) === 1;
  let lost = 0;
  for (const [page, old] of pages) {
    if (stays()) continue;
    lost += old.length;
    writeSync(fd, old, 0, old.length, page * PAGE_BYTES);
  }
  // of what was appended, pages that did not make it are zeros where a later one did
  let keep = size;
  for (let at = size; at < now; at = (Math.floor(at / PAGE_BYTES) + 1) * PAGE_BYTES) {
    const end = Math.min(now, (Math.floor(at / PAGE_BYTES) + 1) * PAGE_BYTES);
    if (stays()) keep = end;
    else if (tear !== undefined) writeSync(fd, Buffer.alloc(end - at), 0, end - at, at);
  }
  lost += Math.max(0, now - keep);
  if (now !== keep) ftruncateSync(fd, keep);
  return lost;
}
