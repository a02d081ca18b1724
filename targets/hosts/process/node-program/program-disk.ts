/** `Disk` over a folder of real files: operations one after the other, fsync of files and of the folders that name them. */
import { mkdir, open, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import type { Disk } from '../../../../harness/contracts/index.ts';

export class ProgramDisk implements Disk {
  readonly #root: string;
  /** The tail of the queue: what was asked first is done first, as on the simulator. */
  #last: Promise<unknown> = Promise.resolve();
  /** Files whose names are on the disk already. */
  readonly #named = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return this.#queue(() => absentIsUndefined(readFile(this.#place(path))));
  }

  write(path: string, data: Uint8Array): Promise<void> {
    return this.#queue(() => this.#inFolder(path, () => writeFile(this.#place(path), data)));
  }

  append(path: string, data: Uint8Array): Promise<void> {
    return this.#queue(() => this.#inFolder(path, () => writeFile(this.#place(path), data, { flag: 'a' })));
  }

  fsync(path: string): Promise<void> {
    return this.#queue(async () => {
      await syncFile(this.#place(path), 'r+');
      if (this.#named.has(path)) return;
      for (let folder = dirname(this.#place(path)); ; folder = dirname(folder)) {
        await syncFolder(folder);
        if (relative(this.#root, folder) === '') break;
      }
      this.#named.add(path);
    });
  }

  truncate(path: string, sizeBytes: number): Promise<void> {
    return this.#queue(() => truncate(this.#place(path), sizeBytes));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#queue(async () => {
      this.#named.delete(from);
      this.#named.delete(to);
      await this.#inFolder(to, () => rename(this.#place(from), this.#place(to)));
    });
  }

  remove(path: string): Promise<void> {
    return this.#queue(() => {
      this.#named.delete(path);
      return rm(this.#place(path), { force: true });
    });
  }

  list(): Promise<readonly string[]> {
    return this.#queue(async () => {
      const entries = (await absentIsUndefined(readdir(this.#root, { recursive: true, withFileTypes: true }))) ?? [];
      const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(this.#root, join(entry.parentPath, entry.name)));
      return files.map((path) => path.split(sep).join('/')).sort();
    });
  }

  #queue<T>(operation: () => Promise<T>): Promise<T> {
    const done = this.#last.then(operation);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Runs the operation; when its folder is missing, makes it and runs again. */
  async #inFolder(path: string, operation: () => Promise<void>): Promise<void> {
    try {
      await operation();
    } catch (error) {
      const folder = dirname(this.#place(path));
      if (!isAbsent(error) || (await mkdir(folder, { recursive: true })) === undefined) throw error;
      await operation();
    }
  }

  #place(path: string): string {
    const clean = normalize(path);
    if (isAbsolute(clean) || clean.startsWith('..') || clean === '.') throw new Error(`a node's disk has no place "${path}"`);
    return join(this.#root, clean);
  }
}

async function syncFile(path: string, flags: 'r' | 'r+'): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Windows has no such thing; its file system journals names by itself. */
function syncFolder(path: string): Promise<void> {
  return process.platform === 'win32' ? Promise.resolve() : syncFile(path, 'r');
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function absentIsUndefined<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
