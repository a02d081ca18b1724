/**
 * Scans the canonical JSON of a transaction, `[["append",5,1],["r",5,[1,2]],["w","x",null]]`, byte by byte and without an
 * object or a string for what has been seen before. Throws NotATransaction for anything else.
 */
import type { TextTable } from '../../../harness/history/text-table.ts';
import { APPEND, EMPTY_HASH_A, EMPTY_HASH_B, extendHashA, extendHashB, NIL, READ, WRITE } from './columns.ts';

const QUOTE = 34;
const COMMA = 44;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

export class NotATransaction extends Error {}

export class MicroOpScanner {
  /** The micro-operation scanned last. */
  kind = READ;
  key = NIL;
  element = NIL;
  length = 0;
  hashA = EMPTY_HASH_A;
  hashB = EMPTY_HASH_B;
  /** Where its list begins, in the arena. */
  place = 0;
  /** How many reads so far returned a list, and how many another value than nil. */
  listReads = 0;
  scalarReads = 0;
  readonly #bytes: Uint8Array;
  readonly #texts: TextTable;
  #at = 0;

  constructor(bytes: Uint8Array, texts: TextTable) {
    this.#bytes = bytes;
    this.#texts = texts;
  }

  /** At the bracket that opens a transaction. False where the transaction is empty. */
  open(start: number): boolean {
    this.#at = start;
    this.#expect(OPEN);
    if (this.#bytes[this.#at] !== CLOSE) return true;
    this.#at++;
    return false;
  }

  /** The next micro-operation into the fields above; false when it was the last one. */
  next(): boolean {
    const bytes = this.#bytes;
    this.#expect(OPEN);
    this.#kind();
    this.#expect(COMMA);
    this.key = this.#scalar();
    this.#nothing();
    if (bytes[this.#at] === COMMA) {
      this.#at++;
      if (this.kind === READ && bytes[this.#at] === OPEN) this.#list();
      else this.#single();
    } else if (this.kind !== READ) throw new NotATransaction('a write without a value');
    this.#expect(CLOSE);
    const after = bytes[this.#at++];
    if (after !== COMMA && after !== CLOSE) throw new NotATransaction('expected "," or "]" between micro-operations');
    return after === COMMA;
  }

  /** The first `length` elements of the list whose bracket is at `place`. */
  list(place: number, into: Int32Array, length: number): void {
    this.#at = place + 1;
    for (let i = 0; i < length; i++) {
      into[i] = this.#scalar();
      this.#at++;
    }
  }

  #kind(): void {
    const bytes = this.#bytes;
    const at = this.#at;
    // `"r"`, `"w"`, `"append"`: told by the letter behind the quote and the place of the closing one.
    const letter = bytes[at + 1];
    if (bytes[at] === QUOTE && bytes[at + 2] === QUOTE && (letter === 114 || letter === 119)) {
      this.kind = letter === 114 ? READ : WRITE;
      this.#at = at + 3;
    } else if (bytes[at] === QUOTE && letter === 97 && bytes[at + 7] === QUOTE && bytes[at + 2] === 112 && bytes[at + 6] === 100) {
      this.kind = APPEND;
      this.#at = at + 8;
    } else throw new NotATransaction('a micro-operation is none of "r", "w", "append"');
  }

  /** What a write writes, or a read of a register returned. */
  #single(): void {
    const isNull = this.#bytes[this.#at] === 110;
    const start = this.#at;
    const element = this.#bytes[start] === OPEN || this.#bytes[start] === OPEN_BRACE ? this.#composite() : this.#scalar();
    if (isNull && this.#at - start === 4) return;
    this.element = element;
    this.length = 1;
    if (this.kind === READ) this.scalarReads++;
  }

  /** A read of nil: the initial state, and the empty list. */
  #nothing(): void {
    this.element = NIL;
    this.length = 0;
    this.hashA = EMPTY_HASH_A;
    this.hashB = EMPTY_HASH_B;
  }

  #list(): void {
    const bytes = this.#bytes;
    let a = EMPTY_HASH_A;
    let b = EMPTY_HASH_B;
    let length = 0;
    let last = NIL;
    let at = this.#at;
    this.place = at++;
    this.listReads++;
    let byte = bytes[at]!;
    if (byte === CLOSE) at++;
    while (byte !== CLOSE) {
      // Most elements are such integers; anything else is left to #scalar.
      const start = at;
      let number = 0;
      byte = bytes[at]!;
      while (byte >= 48 && byte <= 57 && number < 0xccccccc) {
        number = number * 10 + byte - 48;
        byte = bytes[++at]!;
      }
      if (at === start || (byte !== COMMA && byte !== CLOSE)) {
        this.#at = start;
        number = this.#scalar();
        at = this.#at;
        byte = bytes[at]!;
        if (byte !== COMMA && byte !== CLOSE) throw new NotATransaction('a list is broken');
      }
      last = number;
      a = extendHashA(a, last);
      b = extendHashB(b, last);
      length++;
      at++;
    }
    this.#at = at;
    this.element = last;
    this.length = length;
    this.hashA = a;
    this.hashB = b;
  }

  /** The id of a number, text, boolean or null. */
  #scalar(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let number = 0;
    let byte = bytes[at]!;
    while (byte >= 48 && byte <= 57) {
      number = number * 10 + byte - 48;
      byte = bytes[++at]!;
    }
    if (at > start && number <= 0x7fffffff && (byte === COMMA || byte === CLOSE)) {
      this.#at = at;
      return number;
    }
    if (bytes[start] === OPEN || bytes[start] === OPEN_BRACE) return this.#composite();
    if (bytes[start] === QUOTE) this.#skipString();
    else {
      while (bytes[at] !== COMMA && bytes[at] !== CLOSE && at < bytes.length) at++;
      if (at === start) throw new NotATransaction('a value is missing');
      this.#at = at;
    }
    return this.#interned(start);
  }

  #composite(): number {
    const start = this.#at;
    let depth = 0;
    do {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new NotATransaction('a value is not closed');
      if (byte === QUOTE) {
        this.#skipString();
        continue;
      }
      if (byte === OPEN || byte === OPEN_BRACE) depth++;
      else if (byte === CLOSE || byte === CLOSE_BRACE) depth--;
      this.#at++;
    } while (depth > 0);
    return this.#interned(start);
  }

  #interned(start: number): number {
    const known = this.#texts.find(this.#bytes, start, this.#at);
    return -1 - (known >= 0 ? known : this.#texts.intern(Buffer.from(this.#bytes.subarray(start, this.#at)).toString('utf8')));
  }

  #skipString(): void {
    const bytes = this.#bytes;
    for (let at = this.#at + 1; at < bytes.length; at++) {
      if (bytes[at] === BACKSLASH) at++;
      else if (bytes[at] === QUOTE) {
        this.#at = at + 1;
        return;
      }
    }
    throw new NotATransaction('a text is not closed');
  }

  #expect(byte: number): void {
    if (this.#bytes[this.#at] !== byte) throw new NotATransaction(`expected "${String.fromCharCode(byte)}"`);
    this.#at++;
  }
}
