/**
 * Interned texts in one SharedArrayBuffer: text → ordinal by an open-addressing table over bytes, ordinal → text by
 * offsets. A reader looks its bytes up without making a string, a worker thread gets the whole table without a copy.
 */

import { giveBack } from './give-back.ts';

/** A finished table: what a history keeps, and what crosses to a worker. */
export interface PackedTexts {
  readonly count: number;
  /** UTF-8, one text after the other. */
  readonly arena: Uint8Array;
  /** Text i is `arena[offsets[i] .. offsets[i + 1])`. */
  readonly offsets: Float64Array;
}

/** The text of an ordinal, 0 <= ordinal < count. */
export function packedText(packed: PackedTexts, ordinal: number): string {
  const { arena, offsets } = packed;
  return Buffer.from(arena.buffer, arena.byteOffset, arena.byteLength).toString('utf8', offsets[ordinal], offsets[ordinal + 1]);
}

/** Room for so many texts at first: histories of a few operations are made and thrown away by the million. */
const FIRST_TEXTS = 16;

// Most tables of a small history stay empty, and share what an empty one has.
const NO_BYTES = Buffer.from(new SharedArrayBuffer(0));
const NO_WORDS = viewOf(NO_BYTES);
const NO_OFFSETS = new Float64Array(new SharedArrayBuffer(8));
const NO_SLOTS = new Int32Array(1);
const NO_TAGS = new Uint8Array(1);
const NO_HASHES = new Int32Array(0);
const NO_SOURCE = new DataView(new ArrayBuffer(0));

/** A growing table. Equal texts get equal ordinals, given in order of first appearance. */
export class TextTable {
  readonly #firstBytes: number;
  #arena = NO_BYTES;
  /** The same bytes, of which four are read and written at once. */
  #words = NO_WORDS;
  #offsets = NO_OFFSETS;
  /** By slot: 0 where it is free, else some bits of the hash. A new text is told by them alone, and they fit a cache where ordinals do not. */
  #tags: Uint8Array<ArrayBuffer> = NO_TAGS;
  /** By slot: the ordinal. Twice as many slots as texts at least. */
  #slots: Int32Array<ArrayBuffer> = NO_SLOTS;
  #hashes: Int32Array<ArrayBuffer> = NO_HASHES;
  #count = 0;
  #used = 0;
  /** What texts were taken from last: a reader's buffer serves for many. */
  #sourceBytes: Uint8Array | undefined;
  #source: DataView = NO_SOURCE;

  /** `bytes`: how many to expect of all texts together; more are fine, and untouched pages cost no memory. */
  constructor(bytes = 512) {
    this.#firstBytes = bytes;
  }

  /** Makes room for the first texts. */
  #begin(): void {
    this.#arena = Buffer.from(new SharedArrayBuffer(this.#firstBytes));
    this.#words = viewOf(this.#arena);
    this.#offsets = new Float64Array(new SharedArrayBuffer(8 * (FIRST_TEXTS + 1)));
    this.#tags = new Uint8Array(2 * FIRST_TEXTS);
    this.#slots = new Int32Array(2 * FIRST_TEXTS);
    this.#hashes = new Int32Array(FIRST_TEXTS);
  }

  get count(): number {
    return this.#count;
  }

  /** The ordinal of the text in `bytes[start .. end)`, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#probe(bytes, start, end, hashOf(bytes, start, end));
  }

  /** The ordinal of a text, new or old. */
  intern(text: string): number {
    if (this.#arena === NO_BYTES) this.#begin();
    const start = this.#used;
    const end = this.#append(text);
    const hash = hashOf(this.#arena, start, end);
    const known = this.#probe(this.#arena, start, end, hash);
    return known >= 0 ? known : this.#add(end, hash);
  }

  /** The same of the text in `bytes[start .. end)`: it is put behind the last one while it is hashed, where it stays if it is new. */
  internBytes(bytes: Uint8Array, start: number, end: number): number {
    if (this.#arena === NO_BYTES) this.#begin();
    this.#reserve(end - start);
    const from = this.#used;
    const to = from + end - start;
    const hash = this.#copy(bytes, start, end);
    const known = this.#probe(this.#arena, from, to, hash);
    return known >= 0 ? known : this.#add(to, hash);
  }

  /** `hashOf`, and a copy on the way. */
  #copy(bytes: Uint8Array, start: number, end: number): number {
    const arena = this.#arena;
    const words = this.#words;
    const source = bytes === this.#sourceBytes ? this.#source : this.#view(bytes);
    const shift = this.#used - start;
    let hash = 0x811c9dc5 ^ (end - start);
    let i = start;
    for (; i + 4 <= end; i += 4) {
      const word = source.getInt32(i, true);
      words.setInt32(i + shift, word, true);
      hash = Math.imul(hash ^ word, 0x01000193);
      hash ^= hash >>> 15;
    }
    for (; i < end; i++) {
      const byte = bytes[i]!;
      arena[i + shift] = byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    return hash ^ (hash >>> 15);
  }

  #view(bytes: Uint8Array): DataView {
    this.#sourceBytes = bytes;
    this.#source = viewOf(bytes);
    return this.#source;
  }

  /** Makes what stands behind the last text, up to `end`, the next one. */
  #add(end: number, hash: number): number {
    if (this.#count * 2 >= this.#slots.length) this.#rehash();
    const ordinal = this.#count++;
    this.#used = end;
    this.#growOffsets();
    this.#offsets[ordinal + 1] = end;
    this.#hashes[ordinal] = hash;
    this.#occupy(hash, ordinal);
    return ordinal;
  }

  text(ordinal: number): string {
    return this.#arena.toString('utf8', this.#offsets[ordinal], this.#offsets[ordinal + 1]);
  }

  /** Views of what is in the table now. Texts that are interned later do not disturb them. */
  pack(): PackedTexts {
    return { count: this.#count, arena: this.#arena.subarray(0, this.#used), offsets: this.#offsets.subarray(0, this.#count + 1) };
  }

  /** `pack`, and gives back what only look-ups need: the table is empty afterwards. */
  finish(): PackedTexts {
    const packed = this.pack();
    if (this.#arena === NO_BYTES) return packed;
    giveBack(this.#tags);
    giveBack(this.#slots);
    giveBack(this.#hashes);
    this.#arena = NO_BYTES;
    this.#words = NO_WORDS;
    this.#offsets = NO_OFFSETS;
    this.#tags = NO_TAGS;
    this.#slots = NO_SLOTS;
    this.#hashes = NO_HASHES;
    this.#count = 0;
    this.#used = 0;
    return packed;
  }

  /** Puts the text behind the last one, where it stays if it is new. Gives its end. */
  #append(text: string): number {
    const start = this.#used;
    this.#reserve(text.length * 3);
    const arena = this.#arena;
    const length = text.length;
    if (length > 48) return start + arena.write(text, start, 'utf8');
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) return start + arena.write(text, start, 'utf8');
      arena[start + i] = unit;
    }
    return start + length;
  }

  /** Makes room for so many bytes behind the last text. */
  #reserve(bytes: number): void {
    const start = this.#used;
    if (start + bytes <= this.#arena.length) return;
    const larger = Buffer.from(new SharedArrayBuffer(Math.max(this.#arena.length * 2, start + bytes)));
    larger.set(this.#arena.subarray(0, start));
    this.#arena = larger;
    this.#words = viewOf(larger);
  }

  #probe(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const tags = this.#tags;
    const mask = tags.length - 1;
    const tag = tagOf(hash);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = tags[slot]!;
      if (found === 0) return -1;
      if (found !== tag) continue;
      const ordinal = this.#slots[slot]!;
      if (this.#hashes[ordinal] === hash && this.#equals(ordinal, bytes, start, end)) return ordinal;
    }
  }

  #equals(ordinal: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#offsets[ordinal]!;
    const length = this.#offsets[ordinal + 1]! - from;
    if (length !== end - start) return false;
    const arena = this.#arena;
    for (let i = 0; i < length; i++) if (arena[from + i] !== bytes[start + i]) return false;
    return true;
  }

  #occupy(hash: number, ordinal: number): void {
    const tags = this.#tags;
    const mask = tags.length - 1;
    let slot = hash & mask;
    while (tags[slot] !== 0) slot = (slot + 1) & mask;
    tags[slot] = tagOf(hash);
    this.#slots[slot] = ordinal;
  }

  #rehash(): void {
    const slots = this.#slots.length * 2;
    giveBack(this.#tags);
    giveBack(this.#slots);
    this.#tags = new Uint8Array(slots);
    this.#slots = new Int32Array(slots);
    const hashes = new Int32Array(slots / 2);
    hashes.set(this.#hashes);
    giveBack(this.#hashes);
    this.#hashes = hashes;
    for (let ordinal = 0; ordinal < this.#count; ordinal++) this.#occupy(hashes[ordinal]!, ordinal);
  }

  #growOffsets(): void {
    if (this.#count < this.#offsets.length) return;
    const larger = new Float64Array(new SharedArrayBuffer(16 * this.#offsets.length));
    larger.set(this.#offsets);
    this.#offsets = larger;
  }
}

/** Seven bits that say little of the slot, and one that says that it is taken. */
function tagOf(hash: number): number {
  return (hash >>> 24) | 128;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** FNV-1a over words of four bytes, with a final mix; signed 32 bits. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start);
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x01000193);
    hash ^= hash >>> 15;
  }
  for (; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
