/** Our own `history.jsonl`, to its last whole line. */
import { totalmem } from 'node:os';
import { messageOf, OrdealError } from '../../errors/ordeal-error.ts';
import { HistoryBuilder } from '../builder.ts';
import { type HistoryHeader, parseHeader } from '../header.ts';
import { EventScanner, LineFlaw } from './json-scanner.ts';
import type { Imported, Reading } from './reading.ts';
import { Soundness } from './soundness.ts';
import { forEachLine } from './source.ts';

/** Most lines are longer. */
const USUAL_LINE_BYTES = 96;
/** A machine may refuse to promise more than it has. */
const MOST_EXPECTED_BYTES = Math.floor(totalmem() / 2);

/** Throws ORDEAL_BAD_HISTORY, ORDEAL_UNKNOWN_FORMAT (header of another schema). */
export async function readOrdealJsonl(reading: Reading): Promise<Imported> {
  const reader = new OrdealReader(reading);
  const lines = await forEachLine(reading.source, 1, (bytes, start, end, line, torn) => reader.line(bytes, start, end, line, torn));
  return { builder: reader.builder, lines, timed: true, ...(reader.header === undefined ? {} : { header: reader.header }) };
}

class OrdealReader {
  builder: HistoryBuilder;
  header: HistoryHeader | undefined;
  #scanner: EventScanner;
  #soundness: Soundness;
  /** In the file; with `lenient` it may run ahead of the builder's. */
  #nextIndex = 0;
  readonly #reading: Reading;

  constructor(reading: Reading) {
    this.#reading = reading;
    this.builder = new HistoryBuilder(this.#sizes());
    this.#scanner = new EventScanner(this.builder);
    this.#soundness = this.#guard();
  }

  line(bytes: Buffer, start: number, end: number, line: number, torn: boolean): void {
    if (line === 1 && bytes.subarray(start, Math.min(end, start + 256)).includes('"ordeal"')) this.#readHeader(bytes.toString('utf8', start, end), torn);
    else if (end > start) this.#readEvent(bytes, start, end, line, torn);
  }

  #readHeader(text: string, torn: boolean): void {
    const where = `${this.#reading.source.path}:1`;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      if (!torn) throw new OrdealError('ORDEAL_BAD_HISTORY', { what: `the header is not JSON: ${messageOf(error)}`, where, cause: error });
      this.#dropTorn(1);
      return;
    }
    this.header = parseHeader(json, where);
    this.builder = new HistoryBuilder({ operations: this.header.operations, ...this.#sizes() });
    this.#scanner = new EventScanner(this.builder);
    this.#soundness = this.#guard();
  }

  #readEvent(bytes: Buffer, start: number, end: number, line: number, torn: boolean): void {
    const scanner = this.#scanner;
    try {
      scanner.scan(bytes, start, end);
    } catch (error) {
      if (!isFlaw(error)) throw error;
      if (torn) this.#dropTorn(line);
      else this.#soundness.flaw(line, `not an event: ${error.message}`);
      return;
    }
    const { row, index } = scanner;
    if (index >= 0 && index !== this.#nextIndex)
      this.#soundness.flaw(line, `the event has index ${index}, expected ${this.#nextIndex}: events are missing or out of order`);
    this.#nextIndex = (index >= 0 ? index : this.#nextIndex) + 1;
    this.#soundness.check(row.process, row.type & 3, row.time, line);
    this.builder.appendRow(row);
  }

  #dropTorn(line: number): void {
    this.#reading.notices.add({ code: 'torn-line', message: `line ${line}, the last, is torn and was left out: the writer was stopped in the middle of it` });
  }

  /** What to expect of a file of this size: room that is never touched costs nothing, growing would hold columns twice. */
  #sizes(): { readonly capacity: number; readonly valueBytes: number } {
    const size = Math.min(this.#reading.source.size, MOST_EXPECTED_BYTES);
    return { capacity: Math.ceil(size / USUAL_LINE_BYTES), valueBytes: Math.max(4096, size) };
  }

  #guard(): Soundness {
    return new Soundness(this.#reading.source.path, this.#reading.options.strictness, this.#reading.notices, this.builder);
  }
}

function isFlaw(error: unknown): error is Error {
  return error instanceof LineFlaw || error instanceof SyntaxError || error instanceof RangeError;
}
