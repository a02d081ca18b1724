/** Cuts an EDN file into its operation maps, one per line or in one vector, without holding more than one of them. */
import type { FileSource } from './source.ts';

const NEWLINE = 10;
const QUOTE = 34;
const HASH = 35;
const SEMICOLON = 59;
const BACKSLASH = 92;
const UNDERSCORE = 95;
const OPENING = new Set(Buffer.from('[({'));
const CLOSING = new Set(Buffer.from('])}'));
const OPEN_BRACE = 123;
const BLANK = new Set(Buffer.from(' \t\r\f\v,'));
/** The byte order mark, which some editors leave. */
const MARK = new Set([0xef, 0xbb, 0xbf]);

/** An operation has one of these: two within one form mean that a line before is broken. */
const PROCESS = Buffer.from(':process');
/** A form that is longer and still not closed is looked at before the end of the file. */
const LONGEST_DOUBTFUL_BYTES = 4 * 1024 * 1024;

export interface FormHandler {
  /** A whole map. `line` is where it begins. */
  form(text: string, line: number): void;
  /** Something that is no map. */
  stray(text: string, line: number): void;
  /** The file ends within a map, or within the list around them. */
  torn(line: number): void;
}

/** Gives the number of lines. */
export async function forEachForm(source: FileSource, handler: FormHandler): Promise<number> {
  const cutter = new FormCutter(source, handler);
  do {
    cutter.cut();
  } while (await source.more());
  cutter.finish();
  return cutter.line;
}

class FormCutter {
  line = 1;
  /** How many lists are open around the operations. */
  #lists = 0;
  readonly #source: FileSource;
  readonly #handler: FormHandler;

  constructor(source: FileSource, handler: FormHandler) {
    this.#source = source;
    this.#handler = handler;
  }

  /** Takes all whole forms out of what has been read. */
  cut(): void {
    const { bytes, end } = this.#source;
    while (this.#source.start < end) {
      const at = this.#source.start;
      const byte = bytes[at]!;
      if (byte === NEWLINE) {
        this.line++;
        this.#source.start++;
      } else if (BLANK.has(byte) || MARK.has(byte)) this.#source.start++;
      else if (byte === OPEN_BRACE) {
        if (!this.#form(formEnd(bytes, at, end))) return;
      } else if (OPENING.has(byte)) this.#list(1);
      else if (CLOSING.has(byte)) this.#list(-1);
      else if (!this.#token(byte)) return;
    }
  }

  /** At the end of the file: what is left is torn, unless whole operations follow behind what is not closed. */
  finish(): void {
    while (this.#holdsOperations()) this.#dropLine();
    if (this.#source.end > this.#source.start) {
      const rest = this.#source.bytes.toString('utf8', this.#source.start, this.#source.end);
      if (!rest.startsWith(';')) this.#handler.torn(this.line);
      this.#source.start = this.#source.end;
    } else if (this.#lists > 0) this.#handler.torn(this.line);
  }

  #list(step: 1 | -1): void {
    this.#lists += step;
    if (this.#lists < 0) {
      this.#lists = 0;
      this.#handler.stray('a closing bracket', this.line);
    }
    this.#source.start++;
  }

  /** Whether the form that is not closed has swallowed other operations. */
  #holdsOperations(): boolean {
    const { bytes, start, end } = this.#source;
    const first = bytes.indexOf(PROCESS, start);
    if (first < 0 || first >= end) return false;
    const second = bytes.indexOf(PROCESS, first + PROCESS.length);
    return second >= 0 && second < end;
  }

  /** Gives up the line on which such a form begins, and goes on behind it. */
  #dropLine(): void {
    const { bytes, start, end } = this.#source;
    const newline = bytes.indexOf(NEWLINE, start);
    this.#handler.stray('a map that is not closed', this.line);
    this.#source.start = newline < 0 || newline >= end ? end : newline;
    this.cut();
  }

  /** False when the form goes on behind what has been read. */
  #form(end: number): boolean {
    if (end < 0 && this.#source.end - this.#source.start > LONGEST_DOUBTFUL_BYTES && this.#holdsOperations()) {
      this.#dropLine();
      return true;
    }
    if (end < 0) return false;
    const { bytes, start } = this.#source;
    this.#handler.form(bytes.toString('utf8', start, end), this.line);
    this.#consume(end);
    return true;
  }

  /** A comment, the tag of a map, or something foreign. False when its end has not been read yet. */
  #token(first: number): boolean {
    const { bytes, start, end } = this.#source;
    const isComment = first === SEMICOLON;
    let at = start;
    while (at < end && bytes[at] !== NEWLINE && (isComment || !(BLANK.has(bytes[at]!) || OPENING.has(bytes[at]!) || CLOSING.has(bytes[at]!)))) at++;
    if (at === end) return false;
    if (!isComment && (first !== HASH || bytes[start + 1] === UNDERSCORE))
      this.#handler.stray(bytes.toString('utf8', start, Math.min(at, start + 60)), this.line);
    this.#source.start = at;
    return true;
  }

  #consume(end: number): void {
    const { bytes, start } = this.#source;
    for (let i = start; i < end; i++) if (bytes[i] === NEWLINE) this.line++;
    this.#source.start = end;
  }
}

/** Behind the bracket that closes the form at `start` (or a bracket of the wrong kind), or -1 when it is not there. */
function formEnd(bytes: Buffer, start: number, end: number): number {
  const open: number[] = [];
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = stringEnd(bytes, at, end);
      if (at < 0) return -1;
    } else if (byte === BACKSLASH) at++;
    else if (byte === SEMICOLON) {
      at = bytes.indexOf(NEWLINE, at);
      if (at < 0 || at >= end) return -1;
    } else if (OPENING.has(byte)) open.push(byte);
    else if (CLOSING.has(byte)) {
      // In ASCII a closing bracket is one or two behind its opening one.
      const distance = byte - open.pop()!;
      if (open.length === 0 || distance < 1 || distance > 2) return at + 1;
    }
  }
  return -1;
}

/** The closing quote of the text at `start`, or -1. */
function stringEnd(bytes: Buffer, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at;
  }
  return -1;
}
