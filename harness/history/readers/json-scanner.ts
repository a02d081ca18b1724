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
const FIELDS = ['index', 'type', 'process', 'f', 'key', 'value', 'time', 'scheduled', 'node', 'applied', 'error'].map(asBytes);
const [INDEX, TYPE, PROCESS, F, KEY, VALUE, TIME, SCHEDULED, NODE, APPLIED] = FIELDS.keys();
const TYPES = [asBytes('invoke'), asBytes('ok'), asBytes('fail'), asBytes('info')];
const TYPE_OF = [INVOKE, OK, FAIL, INFO];
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
  #at = 0;
  #end = 0;
  /** Which fields the line had, a bit each. */
  #seen = 0;

  constructor(builder: HistoryBuilder) {
    this.#builder = builder;
  }

  /** Scans one line into `row`. Throws a LineFlaw or a SyntaxError when it is not a whole event. */
  scan(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#clear();
    this.#expect(OPEN_BRACE);
    if (this.#peek() !== CLOSE_BRACE) {
      for (;;) {
        this.#field();
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
  }

  #complete(): void {
    for (const field of [TYPE!, PROCESS!, F!, TIME!]) {
      if ((this.#seen & (1 << field)) === 0) throw new LineFlaw(`the event has no "${FIELDS[field]!.toString()}"`);
    }
  }

  #field(): void {
    this.#peek();
    const nameStart = this.#at + 1;
    this.#skipString();
    const field = matching(FIELDS, this.#bytes, nameStart, this.#at - 1);
    this.#expect(COLON);
    this.#peek();
    const start = this.#at;
    const bit = 1 << field;
    if (field >= 0 && (this.#seen & bit) !== 0) throw new LineFlaw(`the event has "${FIELDS[field]!.toString()}" twice`);
    if (field >= 0) this.#seen |= bit;
    this.#read(field, start);
  }

  #read(field: number, start: number): void {
    const row = this.row;
    if (field === INDEX) this.index = this.#integer('index');
    else if (field === TIME) row.time = this.#integer('time');
    else if (field === SCHEDULED) row.scheduled = this.#integer('scheduled');
    else if (field === PROCESS) row.process = this.#process();
    else if (field === VALUE) row.value = this.#value();
    else if (field === KEY) row.key = this.#key();
    else if (field === TYPE) row.type = (row.type & NOT_APPLIED) | this.#type();
    else if (field === F) row.f = this.#name(field);
    else if (field === NODE) row.node = this.#name(field);
    else {
      this.#skipValue();
      const text = field < 0 ? '' : this.#bytes.toString('utf8', start, this.#at);
      if (field === APPLIED && text === 'false') row.type |= NOT_APPLIED;
      else if (field === APPLIED && text !== 'true') throw new LineFlaw(`"applied" is ${text}`);
      else if (field >= 0 && field !== APPLIED) row.error = this.#error(text);
    }
  }

  #type(): number {
    const start = this.#at + 1;
    this.#skipString();
    const type = matching(TYPES, this.#bytes, start, this.#at - 1);
    if (type < 0) throw new LineFlaw(`unknown type "${this.#bytes.toString('utf8', start, this.#at - 1)}" (known: invoke, ok, fail, info)`);
    return TYPE_OF[type]!;
  }

  #name(field: number): number {
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

/** Which of the names stands in `bytes[start .. end)`, or -1. */
function matching(names: readonly Buffer[], bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  for (let n = 0; n < names.length; n++) {
    const name = names[n]!;
    if (name.length !== length) continue;
    let i = 0;
    while (i < length && name[i] === bytes[start + i]) i++;
    if (i === length) return n;
  }
  return -1;
}
