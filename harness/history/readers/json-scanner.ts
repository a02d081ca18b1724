/**
 * Reads event lines byte by byte straight into codes: no object and, for values seen before, no string is made per
 * event. Fields may come in any order and with white space; unknown ones are skipped.
 */
import { NO_VALUE, type NodeId, type OpError, type Value } from '../../contracts/index.ts';
import type { EventRow, HistoryBuilder } from '../builder.ts';
import { canonicalJson } from '../canonical-json.ts';
import { FAIL, INFO, INVOKE, NEMESIS, NOT_APPLIED, OK } from '../columns.ts';
import { canonicalArrayEnd } from './canonical-array.ts';
import { integerValue, parseJson } from './numbers.ts';
import { Word } from './word.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const COMMA = 44;
const COLON = 58;
const MINUS = 45;

const asBytes = (name: string): Buffer => Buffer.from(name, 'latin1');
const FIELD_NAMES = ['index', 'type', 'process', 'f', 'key', 'value', 'time', 'scheduled', 'node', 'applied', 'error'];
const FIELDS = FIELD_NAMES.map(asBytes);
const [INDEX, TYPE, PROCESS, F, KEY, VALUE, TIME, SCHEDULED, NODE, APPLIED] = FIELDS.keys();
const TYPE_OF = [OK, INVOKE, FAIL, INFO];
/** As they stand in a line. */
const LABELS = FIELD_NAMES.map((name) => new Word(`"${name}":`));
const TYPES = ['"ok"', '"invoke"', '"fail"', '"info"'].map((name) => new Word(name));
const OBSERVER = 'observer:';

/** What a line lacks or has wrong; the reader adds file and line. */
export class LineFlaw extends Error {}

export class EventScanner {
  /** The event of the line scanned last, to be appended. */
  readonly row: EventRow = { type: 0, process: 0, f: 0, key: NO_VALUE, value: NO_VALUE, time: 0, scheduled: Number.NaN, node: -1, error: -1 };
  /** Its `index` field, -1 where absent. */
  index = -1;
  readonly #builder: HistoryBuilder;
  #bytes: Buffer = Buffer.alloc(0);
  /** The same bytes. */
  #view = viewOf(this.#bytes);
  #at = 0;
  #end = 0;
  /** Which fields the line had, a bit each. */
  #seen = 0;
  /** The field read last, -1 at the beginning of a line and behind a field that is none of ours. */
  #field = -1;
  /** Which field came behind field i - 1 the last time: most lines are like the one before. */
  readonly #next = new Int8Array(FIELDS.length + 1);

  constructor(builder: HistoryBuilder) {
    this.#builder = builder;
  }

  /** Scans one line into `row`. Throws a LineFlaw or a SyntaxError when it is not a whole event. */
  scan(bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.#bytes) this.#view = viewOf(bytes);
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#clear();
    this.#expect(OPEN_BRACE);
    if (this.#peek() !== CLOSE_BRACE) {
      for (;;) {
        this.#peek();
        this.#name();
        this.#peek();
        this.#read();
        if (this.#peek() !== COMMA) break;
        this.#at++;
      }
    }
    this.#expect(CLOSE_BRACE);
    this.#peek();
    if (this.#at < this.#end) throw new LineFlaw('there is something behind the event');
    this.#complete();
  }

  #clear(): void {
    const row = this.row;
    row.type = 0;
    row.key = NO_VALUE;
    row.value = NO_VALUE;
    row.scheduled = Number.NaN;
    row.node = -1;
    row.error = -1;
    this.index = -1;
    this.#seen = 0;
    this.#field = -1;
  }

  #complete(): void {
    for (const field of [TYPE!, PROCESS!, F!, TIME!]) {
      if ((this.#seen & (1 << field)) === 0) throw new LineFlaw(`the event has no "${FIELD_NAMES[field]}"`);
    }
  }

  /** A field's name and the colon behind it. */
  #name(): void {
    const place = this.#field + 1;
    const expected = this.#next[place]!;
    const label = LABELS[expected]!;
    if (label.standsAt(this.#view, this.#at, this.#end)) {
      this.#at += label.length;
      this.#field = expected;
    } else {
      const start = this.#at + 1;
      this.#skipString();
      this.#field = matching(FIELDS, this.#bytes, start, this.#at - 1);
      this.#expect(COLON);
      if (this.#field < 0) return;
      this.#next[place] = this.#field;
    }
    const bit = 1 << this.#field;
    if ((this.#seen & bit) !== 0) throw new LineFlaw(`the event has "${FIELD_NAMES[this.#field]}" twice`);
    this.#seen |= bit;
  }

  #read(): void {
    const field = this.#field;
    const start = this.#at;
    const row = this.row;
    if (field === INDEX) this.index = this.#integer('index');
    else if (field === TIME) row.time = this.#integer('time');
    else if (field === SCHEDULED) row.scheduled = this.#integer('scheduled');
    else if (field === PROCESS) row.process = this.#process();
    else if (field === VALUE) row.value = this.#value();
    else if (field === KEY) row.key = this.#key();
    else if (field === TYPE) row.type = (row.type & NOT_APPLIED) | this.#type();
    else if (field === F) row.f = this.#code(field);
    else if (field === NODE) row.node = this.#code(field);
    else {
      this.#skipValue();
      const text = field < 0 ? '' : this.#bytes.toString('utf8', start, this.#at);
      if (field === APPLIED && text === 'false') row.type |= NOT_APPLIED;
      else if (field === APPLIED && text !== 'true') throw new LineFlaw(`"applied" is ${text}`);
      else if (field >= 0 && field !== APPLIED) row.error = this.#error(text);
    }
  }

  #type(): number {
    for (let i = 0; i < TYPES.length; i++) {
      if (!TYPES[i]!.standsAt(this.#view, this.#at, this.#end)) continue;
      this.#at += TYPES[i]!.length;
      return TYPE_OF[i]!;
    }
    const start = this.#at + 1;
    this.#skipString();
    throw new LineFlaw(`unknown type "${this.#bytes.toString('utf8', start, this.#at - 1)}" (known: invoke, ok, fail, info)`);
  }

  #code(field: number): number {
    const start = this.#at;
    this.#skipString();
    const inside = start + 1;
    const known = field === F ? this.#builder.findF(this.#bytes, inside, this.#at - 1) : this.#builder.findNode(this.#bytes, inside, this.#at - 1);
    if (known >= 0) return known;
    const name = JSON.parse(this.#bytes.toString('utf8', start, this.#at)) as string;
    return field === F ? this.#builder.fCode(name) : this.#builder.nodeCode(name as NodeId);
  }

  #process(): number {
    if (this.#bytes[this.#at] !== QUOTE) {
      const process = this.#integer('process');
      if (process < 0 || process > 0x7fffffff) throw new LineFlaw(`process ${process} is out of range`);
      return process;
    }
    const start = this.#at;
    this.#skipString();
    const name = JSON.parse(this.#bytes.toString('utf8', start, this.#at)) as string;
    if (name === 'nemesis') return NEMESIS;
    if (!name.startsWith(OBSERVER)) throw new LineFlaw(`unknown process "${name}" (a number, "nemesis" or "observer:<name>")`);
    return this.#builder.observerCode(name.slice(OBSERVER.length));
  }

  #key(): number {
    const first = this.#bytes[this.#at]!;
    const id = this.#value();
    if (first !== QUOTE && first !== MINUS && !isDigit(first)) throw new LineFlaw('"key" is neither a text nor a number');
    return id;
  }

  /** The id of the value here. Small integers are their own ids; other values are looked up by their bytes first. */
  #value(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    if (isDigit(bytes[start]!)) {
      let id = 0;
      let at = start;
      while (isDigit(bytes[at]!) && at - start < 10) id = id * 10 + bytes[at++]! - 48;
      const after = bytes[at];
      if (id <= 0x7fffffff && (after === COMMA || after === CLOSE_BRACE) && (bytes[start] !== 48 || at === start + 1)) {
        this.#at = at;
        return id;
      }
    }
    const end = bytes[start] === OPEN_BRACKET ? canonicalArrayEnd(bytes, start, this.#end) : -1;
    if (end >= 0) {
      this.#at = end;
      return this.#builder.valueIdOfBytes(bytes, start, end);
    }
    this.#skipValue();
    const known = this.#builder.findValue(bytes, start, this.#at);
    if (known !== NO_VALUE) return known;
    const value = parseJson(bytes.toString('utf8', start, this.#at)) as Value;
    return typeof value === 'number' ? this.#builder.valueId(value) : this.#builder.valueIdOfCanonical(canonicalJson(value));
  }

  #error(text: string): number {
    const error = JSON.parse(text) as Partial<OpError> | null;
    if (typeof error !== 'object' || typeof error?.code !== 'string' || typeof error.message !== 'string') throw new LineFlaw(`"error" is ${text}`);
    return this.#builder.errorCode({ code: error.code, message: error.message });
  }

  #integer(field: string): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let number = 0;
    if (bytes[at] === MINUS) at++;
    const digits = at;
    while (at < this.#end && isDigit(bytes[at]!)) number = number * 10 + bytes[at++]! - 48;
    this.#at = at;
    if (at > digits && at - digits <= 15) return digits > start ? -number : number;
    const exact = at > digits ? integerValue(bytes.toString('latin1', start, at)) : undefined;
    if (typeof exact !== 'number') throw new LineFlaw(`"${field}" is not an integer`);
    return exact;
  }

  /** Skips white space; gives the byte there, 0 at the end. */
  #peek(): number {
    const bytes = this.#bytes;
    while (this.#at < this.#end) {
      const byte = bytes[this.#at]!;
      if (byte !== 32 && byte !== 9) return byte;
      this.#at++;
    }
    return 0;
  }

  #expect(byte: number): void {
    if (this.#peek() !== byte) throw new LineFlaw(`expected "${String.fromCharCode(byte)}" at column ${this.#column()}`);
    this.#at++;
  }

  #column(): number {
    return this.#at - this.#bytes.lastIndexOf(10, Math.max(0, this.#at - 1));
  }

  /** From the opening quote to behind the closing one. */
  #skipString(): void {
    const bytes = this.#bytes;
    if (this.#at >= this.#end || bytes[this.#at] !== QUOTE) throw new LineFlaw(`expected a text at column ${this.#column()}`);
    for (let at = this.#at + 1; at < this.#end; at++) {
      const byte = bytes[at]!;
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) {
        this.#at = at + 1;
        return;
      }
    }
    throw new LineFlaw('a text is not closed');
  }

  /** To behind the value. That what lies between is JSON is checked by who parses it. */
  #skipValue(): void {
    const bytes = this.#bytes;
    let depth = 0;
    while (this.#at < this.#end) {
      const byte = bytes[this.#at]!;
      if (byte === QUOTE) {
        this.#skipString();
        if (depth === 0) return;
        continue;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (depth === 0) return;
        if (--depth === 0) {
          this.#at++;
          return;
        }
      } else if (depth === 0 && (byte === COMMA || byte === 32 || byte === 9)) return;
      this.#at++;
    }
    if (depth > 0) throw new LineFlaw('a value is not closed');
  }
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Which of the names stands in `bytes[start .. end)`, or -1. */
function matching(names: readonly Buffer[], bytes: Buffer, start: number, end: number): number {
  return names.findIndex((name) => name.equals(bytes.subarray(start, end)));
}
