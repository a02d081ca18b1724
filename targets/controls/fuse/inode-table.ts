/** Which file each node id of the kernel's means: a name in a folder that has an id itself. One id for each inode of the backing folder. */
import { ROOT_ID } from './fuse-wire.ts';

export interface Inode {
  readonly id: number;
  readonly ino: bigint;
  parent: number;
  name: string;
  /** No name leads to it any more; somebody may still have it open. */
  gone: boolean;
  /** Within the folder that listings do not show. */
  hidden: boolean;
  /** File type bits where they are not the backing file's: sockets, pipes. */
  type?: number;
  lookups: number;
}

/** In the root of every disk, and in no listing: what observers write and read there is no business of the node's. */
export const HIDDEN_FOLDER = '.ordeal';

export class InodeTable {
  readonly #byId = new Map<number, Inode>();
  readonly #byIno = new Map<bigint, Inode>();
  readonly #root: string;
  #next = ROOT_ID + 1;

  /** `root`: the path of the backing folder. */
  constructor(root: string, ino: bigint) {
    this.#root = root;
    this.#byId.set(ROOT_ID, { id: ROOT_ID, ino, parent: 0, name: '', gone: false, hidden: false, lookups: 1 });
  }

  /** Throws ESTALE for an id that nobody was told. */
  get(id: number): Inode {
    const inode = this.#byId.get(id);
    if (inode === undefined) throw Object.assign(new Error(`there is no file with the id ${id}`), { code: 'ESTALE' });
    return inode;
  }

  path(id: number): string {
    if (id === ROOT_ID) return this.#root;
    const { parent, name } = this.get(id);
    return `${this.path(parent)}/${name}`;
  }

  child(parent: number, name: string): string {
    return `${this.path(parent)}/${name}`;
  }

  isHidden(parent: number, name: string): boolean {
    return parent === ROOT_ID ? name === HIDDEN_FOLDER : this.get(parent).hidden;
  }

  /** The kernel was told of that name once more. */
  found(parent: number, name: string, ino: bigint): Inode {
    let inode = this.#byIno.get(ino);
    if (inode === undefined) {
      inode = { id: this.#next++, ino, parent, name, gone: false, hidden: this.isHidden(parent, name), lookups: 0 };
      this.#byId.set(inode.id, inode);
      this.#byIno.set(ino, inode);
    }
    inode.parent = parent;
    inode.name = name;
    inode.gone = false;
    inode.lookups++;
    return inode;
  }

  /** That name leads to nothing now. Its inode's number may be another file's later. */
  removed(parent: number, name: string, ino: bigint, lastName: boolean): void {
    const inode = this.#byIno.get(ino);
    if (inode === undefined) return;
    if (inode.parent === parent && inode.name === name) inode.gone = true;
    if (lastName) this.#byIno.delete(ino);
  }

  renamed(ino: bigint, parent: number, name: string): void {
    const inode = this.#byIno.get(ino);
    if (inode === undefined) return;
    inode.parent = parent;
    inode.name = name;
    inode.hidden = this.isHidden(parent, name);
  }

  forget(id: number, lookups: number): void {
    const inode = this.#byId.get(id);
    if (inode === undefined || id === ROOT_ID) return;
    inode.lookups -= lookups;
    if (inode.lookups > 0) return;
    this.#byId.delete(id);
    if (this.#byIno.get(inode.ino) === inode) this.#byIno.delete(inode.ino);
  }
}
