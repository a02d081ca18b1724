/** Messages over TCP: four bytes of length (big endian), then JSON in UTF-8. */
import type { Value } from '../../../harness/contracts/index.ts';

const HEAD_BYTES = 4;
const LARGEST_BYTES = 256 * 1024 * 1024;

/** One message as bytes. */
export function encodeFrame(message: Value): Buffer {
  const text = JSON.stringify(message);
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(HEAD_BYTES + length);
  frame.writeUInt32BE(length, 0);
  frame.write(text, HEAD_BYTES);
  return frame;
}

/** Puts messages together again, however the stream was cut into chunks. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;

  /** The messages that this chunk completes, in order. Throws when the stream is not ours (an absurd length, no JSON). */
  push(chunk: Buffer): readonly Value[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const messages: Value[] = [];
    while (this.#size >= HEAD_BYTES) {
      const length = this.#head();
      if (length > LARGEST_BYTES) throw new Error(`a frame of ${length} bytes: this is not our protocol`);
      if (this.#size < HEAD_BYTES + length) break;
      const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
      messages.push(JSON.parse(bytes.toString('utf8', HEAD_BYTES, HEAD_BYTES + length)) as Value);
      const rest = bytes.subarray(HEAD_BYTES + length);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#size = rest.length;
    }
    return messages;
  }

  #head(): number {
    const first = this.#chunks[0] as Buffer;
    if (first.length >= HEAD_BYTES) return first.readUInt32BE(0);
    this.#chunks = [Buffer.concat(this.#chunks)];
    return (this.#chunks[0] as Buffer).readUInt32BE(0);
  }
}
