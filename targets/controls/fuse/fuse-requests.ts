/** One request of the kernel's → one answer: taken apart, handed to the files, put together. */
import type { BackingFiles, Caller, Changes } from './backing-files.ts';
import {
  IN_HEADER,
  LARGEST_TRANSFER,
  OPCODE,
  OUT_HEADER,
  readLong,
  readName,
  writeAttrOut,
  writeEntries,
  writeEntry,
  writeInit,
  writeOpen,
  writeSpace,
} from './fuse-wire.ts';

/** Says nothing to the kernel. */
export const NO_ANSWER = -1;

const VALID = { mode: 1, uid: 2, gid: 4, size: 8, atime: 16, mtime: 32, handle: 64, atimeNow: 128, mtimeNow: 256 } as const;

/** What the caller decides for this one request. */
export interface Circumstances {
  /** False: an fsync is acknowledged and not done. */
  readonly honest: boolean;
  /** Milliseconds since 1970, for files that are touched. */
  nowMs(): number;
}

/**
 * Does it, and writes the answer's body into `out` behind the header; gives its size, or `NO_ANSWER`. Throws errors with a
 * `code`; ENOSYS for what is not supported, which the kernel then does itself or refuses.
 */
export function serve(files: BackingFiles, request: Buffer, out: Buffer, circumstances: Circumstances): number {
  const id = readLong(request, 16);
  const caller: Caller = { uid: request.readUInt32LE(24), gid: request.readUInt32LE(28) };
  const opcode = request.readUInt32LE(4);
  switch (opcode) {
    case OPCODE.INIT:
      return writeInit(out, OUT_HEADER, request);
    case OPCODE.FORGET:
      files.forget(id, readLong(request, IN_HEADER));
      return NO_ANSWER;
    case OPCODE.BATCH_FORGET:
      for (let i = 0; i < request.readUInt32LE(IN_HEADER); i++) files.forget(readLong(request, 48 + i * 16), readLong(request, 56 + i * 16));
      return NO_ANSWER;
    case OPCODE.INTERRUPT:
      return NO_ANSWER;
    case OPCODE.DESTROY:
    case OPCODE.STATFS:
      return opcode === OPCODE.DESTROY ? 0 : writeSpace(out, OUT_HEADER, files.space());
    case OPCODE.LOOKUP:
      return writeEntry(out, OUT_HEADER, files.lookup(id, readName(request, IN_HEADER)));
    case OPCODE.GETATTR:
      return writeAttrOut(out, OUT_HEADER, files.attributes(id));
    case OPCODE.SETATTR:
      return writeAttrOut(out, OUT_HEADER, changed(files, id, request, circumstances));
    case OPCODE.READLINK:
      return out.write(files.readLink(id), OUT_HEADER);
    default:
      return opcode === OPCODE.READDIR || opcode === OPCODE.OPENDIR || opcode === OPCODE.RELEASEDIR || opcode === OPCODE.FSYNCDIR
        ? onFolder(files, opcode, id, request, out, circumstances)
        : isAboutNames(opcode)
          ? onNames(files, opcode, id, caller, request, out)
          : onFile(files, opcode, id, request, out, circumstances);
  }
}

function changed(files: BackingFiles, id: number, request: Buffer, { nowMs }: Circumstances): ReturnType<BackingFiles['change']> {
  const valid = request.readUInt32LE(40);
  const seconds = (at: number, nsAt: number): number => readLong(request, at) + request.readUInt32LE(nsAt) / 1e9;
  const changes: Changes = {
    ...((valid & VALID.mode) !== 0 && { mode: request.readUInt32LE(108) }),
    ...((valid & VALID.uid) !== 0 && { uid: request.readUInt32LE(116) }),
    ...((valid & VALID.gid) !== 0 && { gid: request.readUInt32LE(120) }),
    ...((valid & VALID.size) !== 0 && { size: readLong(request, 56) }),
    ...((valid & VALID.atime) !== 0 && { atime: (valid & VALID.atimeNow) !== 0 ? nowMs() / 1e3 : seconds(72, 96) }),
    ...((valid & VALID.mtime) !== 0 && { mtime: (valid & VALID.mtimeNow) !== 0 ? nowMs() / 1e3 : seconds(80, 100) }),
  };
  return files.change(id, (valid & VALID.handle) !== 0 ? readLong(request, 48) : undefined, changes);
}

function isAboutNames(opcode: number): boolean {
  return NAMING.has(opcode);
}

const NAMING: ReadonlySet<number> = new Set([
  OPCODE.SYMLINK,
  OPCODE.MKNOD,
  OPCODE.MKDIR,
  OPCODE.UNLINK,
  OPCODE.RMDIR,
  OPCODE.RENAME,
  OPCODE.RENAME2,
  OPCODE.LINK,
  OPCODE.CREATE,
]);

function onNames(files: BackingFiles, opcode: number, id: number, caller: Caller, request: Buffer, out: Buffer): number {
  switch (opcode) {
    case OPCODE.SYMLINK: {
      const name = readName(request, IN_HEADER);
      return writeEntry(out, OUT_HEADER, files.symlink(id, name, readName(request, IN_HEADER + Buffer.byteLength(name) + 1), caller));
    }
    case OPCODE.MKNOD:
      return writeEntry(out, OUT_HEADER, files.makeNode(id, readName(request, 56), request.readUInt32LE(40), caller));
    case OPCODE.MKDIR:
      return writeEntry(out, OUT_HEADER, files.makeFolder(id, readName(request, 48), request.readUInt32LE(40), caller));
    case OPCODE.UNLINK:
    case OPCODE.RMDIR:
      files.remove(id, readName(request, IN_HEADER), opcode === OPCODE.UNLINK ? 'file' : 'folder');
      return 0;
    case OPCODE.RENAME:
    case OPCODE.RENAME2: {
      const at = opcode === OPCODE.RENAME ? 48 : 56;
      const name = readName(request, at);
      const toName = readName(request, at + Buffer.byteLength(name) + 1);
      files.rename(id, name, readLong(request, 40), toName, opcode === OPCODE.RENAME ? 0 : request.readUInt32LE(48));
      return 0;
    }
    case OPCODE.LINK:
      return writeEntry(out, OUT_HEADER, files.link(readLong(request, 40), id, readName(request, 48), caller));
    default: {
      const { known, handle, flags } = files.create(id, readName(request, 56), request.readUInt32LE(40), request.readUInt32LE(44), caller);
      const size = writeEntry(out, OUT_HEADER, known);
      return size + writeOpen(out, OUT_HEADER + size, handle, flags);
    }
  }
}

function onFolder(files: BackingFiles, opcode: number, id: number, request: Buffer, out: Buffer, { honest }: Circumstances): number {
  switch (opcode) {
    case OPCODE.OPENDIR:
      return writeOpen(out, OUT_HEADER, files.openFolder(id), 0);
    case OPCODE.READDIR: {
      const room = Math.min(request.readUInt32LE(56), LARGEST_TRANSFER);
      return writeEntries(out, OUT_HEADER, files.listing(readLong(request, 40)), readLong(request, 48), room);
    }
    case OPCODE.FSYNCDIR:
      if (honest) files.syncFolder(id);
      return 0;
    default:
      files.releaseFolder(readLong(request, 40));
      return 0;
  }
}

function onFile(files: BackingFiles, opcode: number, id: number, request: Buffer, out: Buffer, { honest }: Circumstances): number {
  switch (opcode) {
    case OPCODE.OPEN: {
      const { handle, flags } = files.open(id, request.readUInt32LE(40));
      return writeOpen(out, OUT_HEADER, handle, flags);
    }
    case OPCODE.READ:
      return files.read(readLong(request, 40), out, OUT_HEADER, Math.min(request.readUInt32LE(56), LARGEST_TRANSFER), readLong(request, 48));
    case OPCODE.WRITE: {
      const size = request.readUInt32LE(56);
      files.write(readLong(request, 40), request.subarray(80, 80 + size), readLong(request, 48), honest);
      out.writeUInt32LE(size, OUT_HEADER);
      out.writeUInt32LE(0, OUT_HEADER + 4);
      return 8;
    }
    case OPCODE.FSYNC:
      if (honest) files.sync(readLong(request, 40));
      return 0;
    case OPCODE.RELEASE:
      files.release(readLong(request, 40));
      return 0;
    case OPCODE.FALLOCATE:
      files.allocate(readLong(request, 40), readLong(request, 48), readLong(request, 56), request.readUInt32LE(64));
      return 0;
    default:
      throw UNSUPPORTED;
  }
}

const UNSUPPORTED = Object.assign(new Error('not supported'), { code: 'ENOSYS' });
