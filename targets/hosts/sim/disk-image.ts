/**
 * What a node's disk holds, twice: as programs see it (the page cache) and as a loss of power leaves it.
 *
 * A file's content and its name survive once `sync` was called for it; a removal survives once anything was synced after
 * it (a journalling file system commits them together); a rename survives once the new name was synced, and until then
 * the old names still hold what they held. A process that is killed loses nothing of this. Pure: no time, no latency.
 */

interface Content {
  readonly data: Uint8Array;
  readonly length: number;
}

/** `data` is shared with `synced` while only appends happened since the sync: what lies within a synced length is never overwritten. */
interface Inode {
  data: Uint8Array;
  length: number;
  synced: Content | undefined;
}

const EMPTY = new Uint8Array(0);
const LEAST_CAPACITY = 256;

/** What happens to bytes that were not synced when the power goes. `keep` says how many of `unsynced` appended bytes stay. */
export interface Tear {
  keep(path: string, unsynced: number): number;
}

/** What a sync will make durable: the file as it was when the sync was asked for. */
export interface SyncPoint {
  readonly path: string;
  readonly inode: object;
  readonly content: Content;
  readonly removed: readonly string[];
}

export class DiskImage {
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #removed: string[] = [];

  list(): readonly string[] {
    return [...this.#names.keys()].sort();
  }

  /** A copy. */
  read(path: string): Uint8Array | undefined {
    const inode = this.#names.get(path);
    return inode?.data.slice(0, inode.length);
  }

  write(path: string, data: Uint8Array): void {
    const inode = this.#open(path);
    inode.data = data.slice();
    inode.length = data.length;
  }

  append(path: string, data: Uint8Array): void {
    const inode = this.#open(path);
    const length = inode.length + data.length;
    if (length > inode.data.length) {
      const larger = new Uint8Array(Math.max(LEAST_CAPACITY, length * 2));
      larger.set(inode.data.subarray(0, inode.length));
      inode.data = larger;
    }
    inode.data.set(data, inode.length);
    inode.length = length;
  }

  /** Gives false where there is no such file. Beyond the end it fills with zeros. */
  truncate(path: string, size: number): boolean {
    const inode = this.#names.get(path);
    if (inode === undefined) return false;
    const data = new Uint8Array(size);
    data.set(inode.data.subarray(0, Math.min(size, inode.length)));
    inode.data = data;
    inode.length = size;
    return true;
  }

  rename(from: string, to: string): boolean {
    const inode = this.#names.get(from);
    if (inode === undefined) return false;
    this.#names.delete(from);
    this.#names.set(to, inode);
    return true;
  }

  remove(path: string): void {
    if (this.#names.delete(path)) this.#removed.push(path);
  }

  /** The file as it is now, to be made durable by `sync`; undefined where there is no such file. */
  syncPoint(path: string): SyncPoint | undefined {
    const inode = this.#names.get(path);
    if (inode === undefined) return undefined;
    return { path, inode, content: { data: inode.data, length: inode.length }, removed: this.#removed.slice() };
  }

  sync(point: SyncPoint): void {
    const inode = point.inode as Inode;
    inode.synced = point.content;
    for (const [name, durable] of this.#durableNames) if (durable === inode) this.#durableNames.delete(name);
    for (const name of point.removed) {
      if (this.#names.get(name) !== this.#durableNames.get(name)) this.#durableNames.delete(name);
    }
    this.#removed = this.#removed.filter((name) => !point.removed.includes(name));
    const displaced = this.#durableNames.get(point.path);
    if (displaced !== undefined && displaced !== inode) this.#keepUnderItsNewName(displaced);
    this.#durableNames.set(point.path, inode);
  }

  /** Whether anything would be lost with the power. */
  unsynced(): boolean {
    if (this.#names.size !== this.#durableNames.size) return true;
    for (const [name, inode] of this.#names) {
      if (this.#durableNames.get(name) !== inode || inode.synced?.data !== inode.data || inode.synced.length !== inode.length) return true;
    }
    return false;
  }

  /** Only what is durable remains; of bytes appended after the last sync, as many as `tear` keeps. */
  losePower(tear: Tear | undefined): void {
    for (const [name, inode] of this.#durableNames) {
      const synced = inode.synced ?? { data: EMPTY, length: 0 };
      const appended = synced.data === inode.data ? inode.length - synced.length : 0;
      const kept = tear !== undefined && appended > 0 ? tear.keep(name, appended) : 0;
      inode.length = synced.length + kept;
      inode.data = synced.data.slice(0, inode.length);
      inode.synced = { data: inode.data, length: inode.length };
    }
    this.#names = new Map(this.#durableNames);
    this.#removed = [];
  }

  /** A file that was renamed, and whose old name is now another file's, has its new name on the disk too. */
  #keepUnderItsNewName(displaced: Inode): void {
    for (const [name, inode] of this.#names) if (inode === displaced) this.#durableNames.set(name, displaced);
  }

  #open(path: string): Inode {
    let inode = this.#names.get(path);
    if (inode === undefined) {
      inode = { data: EMPTY, length: 0, synced: undefined };
      this.#names.set(path, inode);
    }
    return inode;
  }
}
