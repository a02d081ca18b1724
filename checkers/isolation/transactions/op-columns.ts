/** The columns of micro-operations while they grow. */
import { giveBack } from '../../../harness/history/give-back.ts';
import type { MicroOpScanner } from './micro-op-scanner.ts';

const BYTES_PER_OP = 33;

export class OpColumns {
  length = 0;
  #capacity: number;
  #kind: Uint8Array<ArrayBuffer>;
  #owner: Int32Array<ArrayBuffer>;
  #key: Int32Array<ArrayBuffer>;
  #element: Int32Array<ArrayBuffer>;
  #length: Int32Array<ArrayBuffer>;
  #hashA: Int32Array<ArrayBuffer>;
  #hashB: Int32Array<ArrayBuffer>;
  #place: Int32Array<ArrayBuffer>;
  #previous: Int32Array<ArrayBuffer>;

  /** `capacity`: how many to expect. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#kind = new Uint8Array(capacity);
    this.#owner = new Int32Array(capacity);
    this.#key = new Int32Array(capacity);
    this.#element = new Int32Array(capacity);
    this.#length = new Int32Array(capacity);
    this.#hashA = new Int32Array(capacity);
    this.#hashB = new Int32Array(capacity);
    this.#place = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
  }

  get bytes(): number {
    return this.#capacity * BYTES_PER_OP;
  }

  keyAt(op: number): number {
    return this.#key[op]!;
  }

  /** Appends what the scanner has just read. */
  push(scanner: MicroOpScanner, owner: number, key: number, textStart: number, length: number, previous: number): void {
    const op = this.length++;
    if (op === this.#capacity) this.#grow();
    this.#kind[op] = scanner.kind;
    this.#owner[op] = owner;
    this.#key[op] = key;
    this.#element[op] = scanner.element;
    this.#length[op] = length;
    this.#hashA[op] = scanner.hashA;
    this.#hashB[op] = scanner.hashB;
    this.#place[op] = scanner.place - textStart;
    this.#previous[op] = previous;
  }

  /** Views of what was pushed. */
  finish() {
    const n = this.length;
    return {
      opCount: n,
      kind: this.#kind.subarray(0, n),
      owner: this.#owner.subarray(0, n),
      key: this.#key.subarray(0, n),
      element: this.#element.subarray(0, n),
      length: this.#length.subarray(0, n),
      hashA: this.#hashA.subarray(0, n),
      hashB: this.#hashB.subarray(0, n),
      place: this.#place.subarray(0, n),
      previous: this.#previous.subarray(0, n),
    };
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#kind = grown(this.#kind, new Uint8Array(this.#capacity));
    this.#owner = grown(this.#owner, new Int32Array(this.#capacity));
    this.#key = grown(this.#key, new Int32Array(this.#capacity));
    this.#element = grown(this.#element, new Int32Array(this.#capacity));
    this.#length = grown(this.#length, new Int32Array(this.#capacity));
    this.#hashA = grown(this.#hashA, new Int32Array(this.#capacity));
    this.#hashB = grown(this.#hashB, new Int32Array(this.#capacity));
    this.#place = grown(this.#place, new Int32Array(this.#capacity));
    this.#previous = grown(this.#previous, new Int32Array(this.#capacity));
  }
}

function grown<T extends Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(old: T, larger: T): T {
  larger.set(old);
  giveBack(old);
  return larger;
}
