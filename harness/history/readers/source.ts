/** A file read in pieces: histories of 10^7 events never stand in one string. Works on pipes too, for nothing is read twice. */
import { type FileHandle, open } from 'node:fs/promises';
import { messageOf, OrdealError } from '../../errors/ordeal-error.ts';

const CHUNK_BYTES = 1024 * 1024;

export class FileSource {
  /** As errors name the file. */
  readonly path: string;
  /** How many bytes the file has; 0 where that is not known beforehand (a pipe). */
  size = 0;
  /** Called after each piece with how many bytes have been read. */
  onProgress: (done: number, total: number) => void = () => undefined;
  /** What has been read and not yet consumed is `bytes[start .. end)`. */
  bytes: Buffer;
  start = 0;
  end = 0;
  readonly #file: FileHandle;
  #ended = false;
  #read = 0;

  private constructor(path: string, file: FileHandle, chunkBytes: number) {
    this.path = path;
    this.#file = file;
    this.bytes = Buffer.allocUnsafe(chunkBytes);
  }

  /** Opens a file and reads its first piece. Throws ORDEAL_NO_SUCH_FILE. */
  static async open(path: string, chunkBytes: number = CHUNK_BYTES): Promise<FileSource> {
    let source: FileSource;
    try {
      const file = await open(path, 'r');
      source = new FileSource(path, file, chunkBytes);
      source.size = (await file.stat()).size;
    } catch (error) {
      throw unreadable(path, error);
    }
    try {
      await source.more();
    } catch (error) {
      await source.close();
      throw error;
    }
    return source;
  }

  /** Keeps what is not consumed, moves it to the front, reads more behind it. False at the end of the file. */
  async more(): Promise<boolean> {
    if (this.#ended) return false;
    const kept = this.end - this.start;
    if (kept > this.bytes.length / 2) {
      const larger = Buffer.allocUnsafe(this.bytes.length * 2);
      larger.set(this.bytes.subarray(this.start, this.end));
      this.bytes = larger;
    } else {
      this.bytes.copyWithin(0, this.start, this.end);
    }
    this.start = 0;
    this.end = kept;
    await this.#fill();
    this.#read += this.end - kept;
    if (this.size > 0) this.onProgress(this.#read, this.size);
    return this.end > kept;
  }

  async #fill(): Promise<void> {
    while (this.end < this.bytes.length) {
      let bytesRead: number;
      try {
        ({ bytesRead } = await this.#file.read(this.bytes, this.end, this.bytes.length - this.end, null));
      } catch (error) {
        throw unreadable(this.path, error);
      }
      this.#ended = bytesRead === 0;
      if (this.#ended) return;
      this.end += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Gets one line, without its line end. `torn`: the file's last line, and no line end came after it. */
export type OnLine = (bytes: Buffer, start: number, end: number, line: number, torn: boolean) => void;

/** Calls back for every line, from line `first` on; gives the number of lines. The bytes are valid during the call only. */
export async function forEachLine(source: FileSource, first: number, onLine: OnLine): Promise<number> {
  let line = first - 1;
  do {
    const { bytes, end } = source;
    for (;;) {
      const newline = bytes.indexOf(10, source.start);
      if (newline < 0 || newline >= end) break;
      const start = source.start;
      source.start = newline + 1;
      onLine(bytes, start, withoutReturn(bytes, start, newline), ++line, false);
    }
  } while (await source.more());
  if (source.end > source.start) {
    onLine(source.bytes, source.start, withoutReturn(source.bytes, source.start, source.end), ++line, true);
    source.start = source.end;
  }
  return line;
}

function withoutReturn(bytes: Buffer, start: number, end: number): number {
  return end > start && bytes[end - 1] === 13 ? end - 1 : end;
}

function unreadable(path: string, error: unknown): OrdealError {
  const code = (error as { code?: string }).code;
  const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'this is a folder, not a file' : `the file cannot be read: ${messageOf(error)}`;
  return new OrdealError('ORDEAL_NO_SUCH_FILE', { what: why, where: path, value: path, cause: error });
}
