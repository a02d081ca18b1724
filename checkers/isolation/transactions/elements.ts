/** Reads the elements of lists again from the history's text: only the few lists that somebody looks into are ever spelled out. */
import type { TextTable } from '../../../harness/history/text-table.ts';
import type { ListElements } from './columns.ts';
import { MicroOpScanner } from './micro-op-scanner.ts';

export class ElementReader implements ListElements {
  readonly #scanner: MicroOpScanner;
  readonly #textStart: Float64Array;
  readonly #place: Int32Array;
  readonly #owner: Int32Array;
  #buffer = new Int32Array(256);

  constructor(arena: Uint8Array, texts: TextTable, textStart: Float64Array, place: Int32Array, owner: Int32Array) {
    this.#scanner = new MicroOpScanner(arena, texts);
    this.#textStart = textStart;
    this.#place = place;
    this.#owner = owner;
  }

  /** The elements that read `op` returned, as ids. A view, valid until the next call. */
  of(op: number, length: number): Int32Array {
    if (length <= 0) return this.#buffer.subarray(0, 0);
    if (this.#buffer.length < length) this.#buffer = new Int32Array(Math.max(length, this.#buffer.length * 2));
    this.#scanner.list(this.#textStart[this.#owner[op]!]! + this.#place[op]!, this.#buffer, length);
    return this.#buffer.subarray(0, length);
  }
}
