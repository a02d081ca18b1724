/**
 * The log on disk: one file that is only ever appended to. A record is `length, crc32, body`, the body JSON; a torn
 * tail (a loss of power in the middle of a write) fails its length or its checksum, and is dropped. What was synced
 * stands before it, and what was not synced was never promised.
 */
import { crc32 } from 'node:zlib';
import type { Disk } from '../../../../harness/contracts/index.ts';
import type { Entry } from './messages.ts';
import type { LogRecord, Recovered } from './state.ts';

const HEAD_BYTES = 8;
const SPACE = 0x20;
const COMMA = 0x2c;
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };

/** The bytes of records, one after the other. */
export function encodeRecords(records: readonly LogRecord[]): Uint8Array {
  const bodies = records.map((record) => utf8.encoder.encode(JSON.stringify(record)));
  const bytes = new Uint8Array(bodies.reduce((sum, body) => sum + HEAD_BYTES + body.length, 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const body of bodies) {
    view.setUint32(offset, body.length);
    view.setUint32(offset + 4, crc32(body));
    bytes.set(body, offset + HEAD_BYTES);
    offset += HEAD_BYTES + body.length;
  }
  return bytes;
}

/** The records of a file up to the first that is torn, and how many bytes those take. */
export function decodeRecords(bytes: Uint8Array): { readonly records: readonly LogRecord[]; readonly soundBytes: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // heads become separators, so that all bodies are read as one list: many times faster than one by one
  const list = bytes.slice();
  let offset = 0;
  while (offset + HEAD_BYTES <= bytes.length) {
    const length = view.getUint32(offset);
    const end = offset + HEAD_BYTES + length;
    if (length === 0 || end > bytes.length) break;
    if (crc32(bytes.subarray(offset + HEAD_BYTES, end)) !== view.getUint32(offset + 4)) break;
    list.fill(SPACE, offset, offset + HEAD_BYTES);
    if (offset > 0) list[offset] = COMMA;
    offset = end;
  }
  return { records: JSON.parse(`[${utf8.decoder.decode(list.subarray(0, offset))}]`) as LogRecord[], soundBytes: offset };
}

/** What the records amount to. */
export function replayRecords(records: readonly LogRecord[]): Recovered {
  let state: Pick<Recovered, 'term' | 'vote'> = { term: 0, vote: null };
  const entries: Entry[] = [];
  for (const record of records) {
    if (record.kind === 'state') {
      state = { term: record.term, vote: record.vote };
    } else {
      entries.length = record.first - 1;
      entries.push(...record.entries);
    }
  }
  return { ...state, entries };
}

/**
 * Reads the log and cuts a torn tail off, so that what is appended next follows sound records. What can be read after a
 * kill need not be on the disk yet, and the node is about to vouch for it: hence the sync.
 */
export async function recoverLog(disk: Disk, file: string): Promise<Recovered & { readonly droppedBytes: number }> {
  const bytes = (await disk.read(file)) ?? new Uint8Array(0);
  const { records, soundBytes } = decodeRecords(bytes);
  const droppedBytes = bytes.length - soundBytes;
  if (droppedBytes > 0) await disk.truncate(file, soundBytes);
  if (bytes.length > 0) await disk.fsync(file);
  return { ...replayRecords(records), droppedBytes };
}
