/**
 * The files behind a disk: what each request of the kernel's means for the backing folder, and for the log of what is not
 * synced. Synchronous: one request after the other. Everything throws what `node:fs` throws, and errors with a `code`.
 */
import * as fs from 'node:fs';
import { DIRECT_IO, type DirectoryEntry, type Known, ROOT_ID } from './fuse-wire.ts';
import { HIDDEN_FOLDER, type Inode, InodeTable } from './inode-table.ts';
import type { Lost, UnsyncedLog } from './unsynced-log.ts';

const { O_ACCMODE, O_APPEND, O_CREAT, O_DIRECT, O_DSYNC, O_EXCL, O_NOCTTY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = {
  ...fs.constants,
  O_ACCMODE: 3,
} as Readonly<Record<string, number>> as Readonly<
  Record<'O_ACCMODE' | 'O_APPEND' | 'O_CREAT' | 'O_DIRECT' | 'O_DSYNC' | 'O_EXCL' | 'O_NOCTTY' | 'O_RDWR' | 'O_SYNC' | 'O_TRUNC' | 'O_WRONLY', number>
>;
const O_LARGEFILE = 0x8000;
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const RENAME_NOREPLACE = 1;
const FALLOC_KEEP_SIZE = 1;

interface Handle {
  readonly fd: number;
  readonly inode: Inode;
  readonly synchronous: boolean;
}

/** Who asks. */
export interface Caller {
  readonly uid: number;
  readonly gid: number;
}

export interface Changes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number;
  /** Seconds since 1970. */
  readonly atime?: number;
  readonly mtime?: number;
}

export class BackingFiles {
  readonly #root: string;
  readonly #log: UnsyncedLog;
  /** Of what observers keep in the hidden folder: their fsyncs must not make the node's files durable. */
  readonly #hiddenLog: UnsyncedLog;
  readonly #me: Caller;
  #inodes: InodeTable;
  readonly #handles = new Map<number, Handle>();
  readonly #folders = new Map<number, readonly DirectoryEntry[]>();
  #lastHandle = 0;
  #kept = 0;

  constructor(root: string, log: UnsyncedLog, hiddenLog: UnsyncedLog, me: Caller) {
    this.#root = root;
    this.#log = log;
    this.#hiddenLog = hiddenLog;
    this.#me = me;
    fs.mkdirSync(this.#removedFolder, { recursive: true });
    this.#inodes = this.#freshInodes();
  }

  /** The kernel has let go of everything: ids and handles mean nothing any more. */
  unmounted(): void {
    for (const { fd } of this.#handles.values()) fs.closeSync(fd);
    this.#handles.clear();
    this.#folders.clear();
    this.#inodes = this.#freshInodes();
  }

  losePower(tear: Parameters<UnsyncedLog['lose']>[0]): Lost {
    this.#hiddenLog.lose();
    return this.#log.lose(tear);
  }

  /** Loses what observers have not synced, with the power on. */
  loseHidden(): void {
    this.#hiddenLog.lose();
  }

  lookup(parent: number, name: string): Known {
    return this.#found(parent, name);
  }

  forget(id: number, lookups: number): void {
    this.#inodes.forget(id, lookups);
  }

  attributes(id: number): Known {
    return this.#known(this.#inodes.get(id), this.#stat(id));
  }

  change(id: number, handle: number | undefined, changes: Changes): Known {
    const inode = this.#inodes.get(id);
    const path = this.#pathOf(inode);
    const { mode, uid, gid, size, atime, mtime } = changes;
    if (mode !== undefined) fs.chmodSync(path, mode & 0o7777);
    if (uid !== undefined || gid !== undefined) fs.lchownSync(path, uid ?? Number(this.#stat(id).uid), gid ?? Number(this.#stat(id).gid));
    if (size !== undefined) this.#resize(inode, handle, size);
    if (atime !== undefined || mtime !== undefined) {
      const now = this.#stat(id);
      fs.lutimesSync(path, atime ?? Number(now.atimeMs) / 1e3, mtime ?? Number(now.mtimeMs) / 1e3);
    }
    return this.attributes(id);
  }

  readLink(id: number): string {
    return fs.readlinkSync(this.#inodes.path(id));
  }

  symlink(parent: number, name: string, target: string, caller: Caller): Known {
    return this.#make(parent, name, caller, (path) => fs.symlinkSync(target, path));
  }

  makeFolder(parent: number, name: string, mode: number, caller: Caller): Known {
    return this.#make(parent, name, caller, (path) => fs.mkdirSync(path, mode & 0o7777));
  }

  /** A socket or pipe: the kernel has all that there is to it, so that an empty file stands for it. */
  makeNode(parent: number, name: string, mode: number, caller: Caller): Known {
    const known = this.#make(parent, name, caller, (path) => fs.closeSync(fs.openSync(path, O_CREAT | O_EXCL | O_RDWR, mode & 0o7777)));
    const type = mode & FILE_TYPE;
    if (type === 0 || type === REGULAR) return known;
    this.#inodes.get(known.id).type = type;
    return { ...known, mode: (known.mode & ~FILE_TYPE) | type };
  }

  link(id: number, parent: number, name: string, caller: Caller): Known {
    const from = this.#pathOf(this.#inodes.get(id));
    return this.#make(parent, name, { ...caller, ...this.#me }, (path) => fs.linkSync(from, path));
  }

  remove(parent: number, name: string, what: 'file' | 'folder'): void {
    const path = this.#inodes.child(parent, name);
    const stats = fs.lstatSync(path, { bigint: true });
    if (what === 'folder') {
      if (!stats.isDirectory()) throw failure('ENOTDIR');
      if (fs.readdirSync(path).length > 0) throw failure('ENOTEMPTY');
    } else if (stats.isDirectory()) throw failure('EISDIR');
    const kept = this.#setAside(path);
    this.#logOf(parent, name).nameChanged({ undo: () => fs.renameSync(kept, path), kept, touched: [stats.ino, this.#inodes.get(parent).ino] });
    this.#inodes.removed(parent, name, stats.ino, what === 'folder' || stats.nlink === 1n);
  }

  rename(parent: number, name: string, toParent: number, toName: string, flags: number): void {
    if ((flags & ~RENAME_NOREPLACE) !== 0) throw failure('EINVAL');
    const from = this.#inodes.child(parent, name);
    const to = this.#inodes.child(toParent, toName);
    const { ino } = fs.lstatSync(from, { bigint: true });
    const replaced = fs.lstatSync(to, { bigint: true, throwIfNoEntry: false });
    if (replaced?.ino === ino) return;
    if (replaced !== undefined && flags === RENAME_NOREPLACE) throw failure('EEXIST');
    if (replaced?.isDirectory() && fs.readdirSync(to).length > 0) throw failure('ENOTEMPTY');
    const kept = replaced === undefined ? undefined : this.#setAside(to);
    fs.renameSync(from, to);
    const undo = (): void => {
      fs.renameSync(to, from);
      if (kept !== undefined) fs.renameSync(kept, to);
    };
    const touched = [ino, this.#inodes.get(parent).ino, this.#inodes.get(toParent).ino];
    this.#logOf(toParent, toName).nameChanged({ undo, touched, ...(kept !== undefined && { kept }) });
    if (replaced !== undefined) this.#inodes.removed(toParent, toName, replaced.ino, replaced.isDirectory() || replaced.nlink === 1n);
    this.#inodes.renamed(ino, toParent, toName);
  }

  /** Gives the handle, and flags for the kernel. */
  open(id: number, flags: number): { readonly handle: number; readonly flags: number } {
    const inode = this.#inodes.get(id);
    const fd = openBacking(this.#pathOf(inode), flags);
    if ((flags & O_TRUNC) !== 0) this.#cut(inode, fd, 0);
    return this.#handle(fd, inode, flags);
  }

  create(
    parent: number,
    name: string,
    flags: number,
    mode: number,
    caller: Caller,
  ): { readonly known: Known; readonly handle: number; readonly flags: number } {
    let fd: number | undefined;
    const open = (path: string): void => {
      fd = fs.openSync(path, O_RDWR | O_CREAT | O_EXCL, mode & 0o7777);
    };
    const existing = (flags & O_EXCL) === 0 && fs.existsSync(this.#inodes.child(parent, name));
    const known = existing ? this.#found(parent, name) : this.#make(parent, name, caller, open);
    if (fd === undefined) return { known, ...this.open(known.id, flags) };
    return { known, ...this.#handle(fd, this.#inodes.get(known.id), flags) };
  }

  read(handle: number, into: Buffer, at: number, length: number, offset: number): number {
    return fs.readSync(this.#get(handle).fd, into, at, length, offset);
  }

  /** `honest`: a file opened for synchronous writes gets them. */
  write(handle: number, data: Buffer, offset: number, honest: boolean): void {
    const { fd, inode, synchronous } = this.#get(handle);
    const log = this.#logFor(inode);
    log.beforeChange(inode.ino, fd, offset, data.length);
    fs.writeSync(fd, data, 0, data.length, offset);
    if (synchronous && honest) log.synced(inode.ino);
  }

  allocate(handle: number, offset: number, length: number, mode: number): void {
    if ((mode & ~FALLOC_KEEP_SIZE) !== 0) throw failure('EOPNOTSUPP');
    const { fd, inode } = this.#get(handle);
    if (mode === 0 && offset + length > fs.fstatSync(fd).size) this.#cut(inode, fd, offset + length);
  }

  /** The log is all that there is to sync: nothing here is to outlive the run. */
  sync(handle: number): void {
    const { inode } = this.#get(handle);
    this.#logFor(inode).synced(inode.ino);
  }

  syncFolder(id: number): void {
    const inode = this.#inodes.get(id);
    this.#logFor(inode).synced(inode.ino);
  }

  release(handle: number): void {
    const open = this.#handles.get(handle);
    if (open !== undefined) fs.closeSync(open.fd);
    this.#handles.delete(handle);
  }

  openFolder(id: number): number {
    const entries = fs.readdirSync(this.#inodes.path(id), { withFileTypes: true });
    const seen = id === ROOT_ID ? entries.filter(({ name }) => name !== HIDDEN_FOLDER) : entries;
    const dots = ['.', '..'].map((name) => ({ name, type: 4 }));
    this.#folders.set(++this.#lastHandle, [
      ...dots,
      ...seen.map((entry) => ({ name: entry.name, type: entry.isDirectory() ? 4 : entry.isSymbolicLink() ? 10 : 8 })),
    ]);
    return this.#lastHandle;
  }

  listing(handle: number): readonly DirectoryEntry[] {
    return this.#folders.get(handle) ?? [];
  }

  releaseFolder(handle: number): void {
    this.#folders.delete(handle);
  }

  space(): fs.StatsFs {
    return fs.statfsSync(this.#root);
  }

  get #removedFolder(): string {
    return `${this.#root}/${HIDDEN_FOLDER}/removed`;
  }

  #freshInodes(): InodeTable {
    return new InodeTable(this.#root, fs.statSync(this.#root, { bigint: true }).ino);
  }

  #logFor(inode: Inode): UnsyncedLog {
    return inode.hidden ? this.#hiddenLog : this.#log;
  }

  #logOf(parent: number, name: string): UnsyncedLog {
    return this.#inodes.isHidden(parent, name) ? this.#hiddenLog : this.#log;
  }

  #get(handle: number): Handle {
    const open = this.#handles.get(handle);
    if (open === undefined) throw failure('EBADF');
    return open;
  }

  #handle(fd: number, inode: Inode, flags: number): { readonly handle: number; readonly flags: number } {
    // O_SYNC contains O_DSYNC
    this.#handles.set(++this.#lastHandle, { fd, inode, synchronous: (flags & (O_DSYNC | O_SYNC)) !== 0 });
    return { handle: this.#lastHandle, flags: inode.hidden ? DIRECT_IO : 0 };
  }

  #found(parent: number, name: string): Known {
    const stats = fs.lstatSync(this.#inodes.child(parent, name), { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) throw ABSENT;
    return this.#known(this.#inodes.found(parent, name, stats.ino), stats);
  }

  #known(inode: Inode, stats: fs.BigIntStats): Known {
    const mode = Number(stats.mode);
    return { id: inode.id, stats, mode: inode.type === undefined ? mode : (mode & ~FILE_TYPE) | inode.type, kept: !inode.hidden };
  }

  #stat(id: number): fs.BigIntStats {
    const inode = this.#inodes.get(id);
    const fd = inode.gone ? this.#anyDescriptor(inode) : undefined;
    return fd === undefined ? fs.lstatSync(this.#inodes.path(id), { bigint: true }) : fs.fstatSync(fd, { bigint: true });
  }

  #anyDescriptor(inode: Inode): number | undefined {
    for (const handle of this.#handles.values()) if (handle.inode === inode) return handle.fd;
    return undefined;
  }

  /** A path that leads there, also to a file that has no name any more and is open. */
  #pathOf(inode: Inode): string {
    const fd = inode.gone ? this.#anyDescriptor(inode) : undefined;
    return fd === undefined ? this.#inodes.path(inode.id) : `/proc/self/fd/${fd}`;
  }

  #resize(inode: Inode, handle: number | undefined, size: number): void {
    if (handle !== undefined) {
      this.#cut(inode, this.#get(handle).fd, size);
      return;
    }
    const fd = fs.openSync(this.#pathOf(inode), O_RDWR);
    try {
      this.#cut(inode, fd, size);
    } finally {
      fs.closeSync(fd);
    }
  }

  #cut(inode: Inode, fd: number, size: number): void {
    this.#logFor(inode).beforeResize(inode.ino, fd, size);
    fs.ftruncateSync(fd, size);
  }

  /** Makes something with a new name, which a loss of power takes away again. */
  #make(parent: number, name: string, caller: Caller, make: (path: string) => void): Known {
    const path = this.#inodes.child(parent, name);
    make(path);
    if (caller.uid !== this.#me.uid || caller.gid !== this.#me.gid) {
      try {
        fs.lchownSync(path, caller.uid, caller.gid);
      } catch {
        // a user namespace has no other users to give it to
      }
    }
    const known = this.#found(parent, name);
    const undo = (): void => (known.stats.isDirectory() ? fs.rmdirSync(path) : fs.unlinkSync(path));
    this.#logOf(parent, name).nameChanged({ undo, touched: [known.stats.ino, this.#inodes.get(parent).ino] });
    return known;
  }

  #setAside(path: string): string {
    const kept = `${this.#removedFolder}/${++this.#kept}`;
    fs.renameSync(path, kept);
    return kept;
  }
}

/** Without what would change the file at once: the log comes first. Read-write, for old pages are read. */
function openBacking(path: string, flags: number): number {
  const plain = flags & ~(O_APPEND | O_CREAT | O_EXCL | O_NOCTTY | O_DIRECT | O_LARGEFILE | O_TRUNC);
  return fs.openSync(path, (plain & O_ACCMODE) === O_WRONLY ? (plain & ~O_ACCMODE) | O_RDWR : plain);
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Missing names are asked for so often that an error made each time would tell. */
const ABSENT = failure('ENOENT');
