/** FUSE on the wire (protocol 7.31, little endian): operation numbers, and the structures that answers are made of. */
import type { BigIntStats } from 'node:fs';

export const OPCODE = {
  LOOKUP: 1,
  FORGET: 2,
  GETATTR: 3,
  SETATTR: 4,
  READLINK: 5,
  SYMLINK: 6,
  MKNOD: 8,
  MKDIR: 9,
  UNLINK: 10,
  RMDIR: 11,
  RENAME: 12,
  LINK: 13,
  OPEN: 14,
  READ: 15,
  WRITE: 16,
  STATFS: 17,
  RELEASE: 18,
  FSYNC: 20,
  INIT: 26,
  OPENDIR: 27,
  READDIR: 28,
  RELEASEDIR: 29,
  FSYNCDIR: 30,
  CREATE: 35,
  INTERRUPT: 36,
  DESTROY: 38,
  BATCH_FORGET: 42,
  FALLOCATE: 43,
  RENAME2: 45,
} as const;

export const IN_HEADER = 40;
export const OUT_HEADER = 16;
export const ROOT_ID = 1;
/** The most bytes of one read or write. */
export const LARGEST_TRANSFER = 131_072;
/** A whole request: the data, the structure before it, the header. */
export const LARGEST_REQUEST = LARGEST_TRANSFER + 4_096;

export const ATTR_BYTES = 88;
export const ENTRY_BYTES = 128;
export const OPEN_BYTES = 16;

const MAJOR = 7;
const MINOR = 31;
const PAGE = 4_096;
/** ASYNC_READ, ATOMIC_O_TRUNC, BIG_WRITES, MAX_PAGES. Not WRITEBACK_CACHE: each write(2) must arrive as it is made. */
const ACCEPTED_FLAGS = 0x1 | 0x8 | 0x20 | 0x400000;
const BACKGROUND = 64;

/** Everything goes through us, so what the kernel knows of names and attributes stays true. */
const FOREVER_S = 86_400n;

/** `fuse_init_out` at `at`; gives its size. `request` is the whole request. */
export function writeInit(out: Buffer, at: number, request: Buffer): number {
  out.fill(0, at, at + 64);
  out.writeUInt32LE(MAJOR, at);
  out.writeUInt32LE(MINOR, at + 4);
  out.writeUInt32LE(request.readUInt32LE(IN_HEADER + 8), at + 8);
  out.writeUInt32LE((request.readUInt32LE(IN_HEADER + 12) & ACCEPTED_FLAGS) >>> 0, at + 12);
  out.writeUInt16LE(BACKGROUND, at + 16);
  out.writeUInt16LE(BACKGROUND, at + 18);
  out.writeUInt32LE(LARGEST_TRANSFER, at + 20);
  out.writeUInt32LE(1, at + 24);
  out.writeUInt16LE(LARGEST_TRANSFER / PAGE, at + 28);
  return 64;
}

/** `fuse_attr`. `mode` where the file stands for something that the backing folder does not hold (a socket). */
function writeAttr(out: Buffer, at: number, id: number, stats: BigIntStats, mode: number): void {
  const NS = 1_000_000_000n;
  const nsOf = (ns: bigint): number => Number(((ns % NS) + NS) % NS);
  const secondsOf = (ns: bigint): bigint => BigInt.asUintN(64, (ns - BigInt(nsOf(ns))) / NS);
  out.writeBigUInt64LE(BigInt(id), at);
  out.writeBigUInt64LE(stats.size, at + 8);
  out.writeBigUInt64LE(stats.blocks, at + 16);
  out.writeBigUInt64LE(secondsOf(stats.atimeNs), at + 24);
  out.writeBigUInt64LE(secondsOf(stats.mtimeNs), at + 32);
  out.writeBigUInt64LE(secondsOf(stats.ctimeNs), at + 40);
  out.writeUInt32LE(nsOf(stats.atimeNs), at + 48);
  out.writeUInt32LE(nsOf(stats.mtimeNs), at + 52);
  out.writeUInt32LE(nsOf(stats.ctimeNs), at + 56);
  out.writeUInt32LE(mode, at + 60);
  out.writeUInt32LE(Number(stats.nlink), at + 64);
  out.writeUInt32LE(Number(stats.uid), at + 68);
  out.writeUInt32LE(Number(stats.gid), at + 72);
  out.writeUInt32LE(Number(stats.rdev), at + 76);
  out.writeUInt32LE(PAGE, at + 80);
  out.writeUInt32LE(0, at + 84);
}

/** What is known of a file for an answer. `kept`: the kernel may remember it; not where somebody watches the disk behind its back. */
export interface Known {
  readonly id: number;
  readonly stats: BigIntStats;
  readonly mode: number;
  readonly kept: boolean;
}

/** `fuse_attr_out`; gives its size. */
export function writeAttrOut(out: Buffer, at: number, { id, stats, mode, kept }: Known): number {
  out.fill(0, at, at + 16);
  out.writeBigUInt64LE(kept ? FOREVER_S : 0n, at);
  writeAttr(out, at + 16, id, stats, mode);
  return 16 + ATTR_BYTES;
}

/** `fuse_entry_out`; gives its size. */
export function writeEntry(out: Buffer, at: number, { id, stats, mode, kept }: Known): number {
  out.fill(0, at, at + 40);
  out.writeBigUInt64LE(BigInt(id), at);
  out.writeBigUInt64LE(kept ? FOREVER_S : 0n, at + 16);
  out.writeBigUInt64LE(kept ? FOREVER_S : 0n, at + 24);
  writeAttr(out, at + 40, id, stats, mode);
  return ENTRY_BYTES;
}

/** Past the page cache: what is read is what the disk holds. */
export const DIRECT_IO = 1;

/** `fuse_open_out`; gives its size. */
export function writeOpen(out: Buffer, at: number, handle: number, flags: number): number {
  out.fill(0, at, at + OPEN_BYTES);
  out.writeUInt32LE(handle, at);
  out.writeUInt32LE(flags, at + 8);
  return OPEN_BYTES;
}

export interface DirectoryEntry {
  readonly name: string;
  /** DT_DIR 4, DT_REG 8, DT_LNK 10. */
  readonly type: number;
}

/** As many `fuse_dirent`s from number `from` on as fit into `room` bytes; gives their size. */
export function writeEntries(out: Buffer, at: number, entries: readonly DirectoryEntry[], from: number, room: number): number {
  let end = at;
  for (let i = from; i < entries.length; i++) {
    const { name, type } = entries[i] as DirectoryEntry;
    const length = Buffer.byteLength(name);
    const padded = (24 + length + 7) & ~7;
    if (end + padded - at > room) break;
    out.fill(0, end, end + padded);
    out.writeUInt32LE(i + 1, end);
    out.writeUInt32LE(i + 1, end + 8);
    out.writeUInt32LE(length, end + 16);
    out.writeUInt32LE(type, end + 20);
    out.write(name, end + 24);
    end += padded;
  }
  return end - at;
}

export interface Space {
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
  readonly bsize: number;
}

/** `fuse_kstatfs`; gives its size. */
export function writeSpace(out: Buffer, at: number, space: Space): number {
  out.fill(0, at, at + 80);
  out.writeBigUInt64LE(BigInt(space.blocks), at);
  out.writeBigUInt64LE(BigInt(space.bfree), at + 8);
  out.writeBigUInt64LE(BigInt(space.bavail), at + 16);
  out.writeBigUInt64LE(BigInt(space.files), at + 24);
  out.writeBigUInt64LE(BigInt(space.ffree), at + 32);
  out.writeUInt32LE(space.bsize, at + 40);
  out.writeUInt32LE(255, at + 44);
  out.writeUInt32LE(space.bsize, at + 48);
  return 80;
}

/** The name that ends with a zero byte at `at`. */
export function readName(request: Buffer, at: number): string {
  return request.toString('utf8', at, request.indexOf(0, at));
}

/** A 64-bit number that is a file offset, a size or a node id of ours: none is beyond 2^53. */
export function readLong(request: Buffer, at: number): number {
  return request.readUInt32LE(at) + request.readUInt32LE(at + 4) * 0x1_0000_0000;
}
