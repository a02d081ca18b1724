/**
 * The order of the versions of each list, from its longest acknowledged read: lists that only grow show their history.
 * O(micro-operations): each other read is compared by its hash with the prefix of its length. What contradicts the order is a
 * finding.
 */
import type { Budget } from '../../../harness/contracts/index.ts';
import { FAIL, OK } from '../../../harness/history/columns.ts';
import { ask } from '../../verdict/exhausted.ts';
import type { ByKey } from '../transactions/by-key.ts';
import { EMPTY_HASH_A, EMPTY_HASH_B, extendHashA, extendHashB, type Transactions } from '../transactions/columns.ts';
import { ElementTable } from './element-table.ts';

/** Position of an append that no read shows, and of a read of the empty list. */
export const UNOBSERVED = -1;
/** Position of a read that contradicts the longest one: nothing follows from what it lacks. */
export const ELSEWHERE = -2;
/** In place of a writer: nobody, and several. */
export const NOBODY = -1;
export const SEVERAL = -2;

export interface VersionOrders {
  /** Versions of key k: `first[k] .. first[k + 1]` of the next two. */
  readonly first: Int32Array;
  readonly elements: Int32Array;
  /** The append that wrote it; NOBODY or SEVERAL. One that failed only where no other could have written it. */
  readonly writers: Int32Array;
  /** Of an append its place in the order, or UNOBSERVED; of a read that of the last version which it shows, -1 where it is empty, or ELSEWHERE. */
  readonly position: Int32Array;
  /** The read that gives the order of key k, -1 where there is none. */
  readonly longest: Int32Array;
  /** Bit 0: the longest read repeats elements. Bit 1: another read contradicts it. */
  readonly flaws: Uint8Array;
  /** Reads that contradict the longest read of their key, … */
  readonly incompatible: readonly number[];
  /** … and for each of them who appended its last element: an append, NOBODY or SEVERAL. */
  readonly incompatibleWriters: readonly number[];
  /** Appends of elements that another append of the same key may have written as well. */
  readonly ambiguous: number;
  /** Whether transaction t took effect: acknowledged, or unknown and observed. */
  readonly committed: Uint8Array;
}

export const REPEATS = 1;
export const CONTRADICTED = 2;

/** Throws BudgetExhausted. */
export function orderVersions(transactions: Transactions, byKey: ByKey, budget: Budget): VersionOrders {
  return new Orderer(transactions, byKey, budget).run();
}

class Orderer {
  readonly #txns: Transactions;
  readonly #byKey: ByKey;
  readonly #budget: Budget;
  readonly #table = new ElementTable();
  readonly #first: Int32Array;
  readonly #elements: Int32Array;
  readonly #writers: Int32Array;
  readonly #position: Int32Array;
  readonly #longest: Int32Array;
  readonly #flaws: Uint8Array;
  readonly #committed: Uint8Array;
  readonly #incompatible: number[] = [];
  readonly #incompatibleWriters: number[] = [];
  #prefixA = new Int32Array(256);
  #prefixB = new Int32Array(256);
  /** How many versions the prefix of each length shows. */
  #prefixVersions = new Int32Array(256);
  #versions = 0;
  #ambiguous = 0;

  constructor(transactions: Transactions, byKey: ByKey, budget: Budget) {
    const { keyCount, opCount, count, outcome, length } = transactions;
    this.#txns = transactions;
    this.#byKey = byKey;
    this.#budget = budget;
    this.#first = new Int32Array(keyCount + 1);
    this.#longest = new Int32Array(keyCount).fill(-1);
    let versions = 0;
    for (let k = 0; k < keyCount; k++) {
      let longest = 0;
      for (let i = byKey.readStart[k]!; i < byKey.readStart[k + 1]!; i++) {
        const read = byKey.reads[i]!;
        if (this.#longest[k] === -1 || length[read]! > longest) {
          this.#longest[k] = read;
          longest = length[read]!;
        }
      }
      versions += longest;
    }
    this.#elements = new Int32Array(versions);
    this.#writers = new Int32Array(versions);
    this.#position = new Int32Array(opCount).fill(UNOBSERVED);
    this.#flaws = new Uint8Array(keyCount);
    this.#committed = new Uint8Array(count);
    for (let t = 0; t < count; t++) this.#committed[t] = outcome[t] === OK ? 1 : 0;
  }

  run(): VersionOrders {
    const { keyCount } = this.#txns;
    for (let k = 0; k < keyCount; k++) {
      if ((k & 0x3ff) === 0) ask(this.#budget, this.#position.length * 8 + this.#elements.length * 8);
      this.#key(k);
      this.#first[k + 1] = this.#versions;
    }
    return {
      first: this.#first,
      elements: this.#elements.subarray(0, this.#versions),
      writers: this.#writers.subarray(0, this.#versions),
      position: this.#position,
      longest: this.#longest,
      flaws: this.#flaws,
      incompatible: this.#incompatible,
      incompatibleWriters: this.#incompatibleWriters,
      ambiguous: this.#ambiguous,
      committed: this.#committed,
    };
  }

  #key(k: number): void {
    const { writeStart, writes, readStart, reads } = this.#byKey;
    const longest = this.#longest[k]!;
    const from = writeStart[k]!;
    const to = writeStart[k + 1]!;
    // Without a read nothing is known of the order; that values are unique matters to what is read alone.
    if (longest < 0) return;
    const length = this.#txns.length[longest]!;
    this.#table.clear(to - from + length);
    for (let i = from; i < to; i++) this.#addAppend(writes[i]!);
    this.#order(k, longest, length);
    for (let i = from; i < to; i++) this.#placeAppend(writes[i]!);
    for (let i = readStart[k]!; i < readStart[k + 1]!; i++) this.#placeRead(k, reads[i]!, length);
  }

  #addAppend(op: number): void {
    const { element, owner, outcome } = this.#txns;
    const slot = this.#table.slot(element[op]!);
    const known = this.#table.writer[slot]!;
    if (known === NOBODY) this.#table.writer[slot] = op;
    else if (outcome[owner[op]!] !== FAIL) {
      const isFirst = known !== SEVERAL && outcome[owner[known]!] === FAIL;
      if (!isFirst) this.#ambiguous++;
      this.#table.writer[slot] = isFirst ? op : SEVERAL;
    }
  }

  /** Spells out the longest read: its distinct elements are the versions, its hashes those of all prefixes. */
  #order(k: number, longest: number, length: number): void {
    this.#growPrefixes(length);
    const elements = this.#txns.elements.of(longest, length);
    const first = this.#versions;
    let a = EMPTY_HASH_A;
    let b = EMPTY_HASH_B;
    this.#prefixA[0] = a;
    this.#prefixB[0] = b;
    this.#prefixVersions[0] = 0;
    for (let i = 0; i < length; i++) {
      const element = elements[i]!;
      a = extendHashA(a, element);
      b = extendHashB(b, element);
      this.#prefixA[i + 1] = a;
      this.#prefixB[i + 1] = b;
      const slot = this.#table.slot(element);
      if (this.#table.place[slot] !== UNOBSERVED) this.#flaws[k]! |= REPEATS;
      else {
        this.#table.place[slot] = this.#versions - first;
        this.#elements[this.#versions] = element;
        this.#writers[this.#versions++] = this.#table.writer[slot]!;
        this.#observe(this.#table.writer[slot]!);
      }
      this.#prefixVersions[i + 1] = this.#versions - first;
    }
  }

  /** What an acknowledged transaction has seen took effect, unless it certainly did not. */
  #observe(writer: number): void {
    if (writer < 0) return;
    const t = this.#txns.owner[writer]!;
    if (this.#txns.outcome[t] !== FAIL) this.#committed[t] = 1;
  }

  #placeAppend(op: number): void {
    const slot = this.#table.slot(this.#txns.element[op]!);
    if (this.#table.writer[slot] === op) this.#position[op] = this.#table.place[slot]!;
  }

  #placeRead(k: number, read: number, longest: number): void {
    const { length, hashA, hashB, element, elements } = this.#txns;
    const size = length[read]!;
    if (size <= longest && this.#prefixA[size] === hashA[read] && this.#prefixB[size] === hashB[read]) {
      this.#position[read] = this.#prefixVersions[size]! - 1;
      return;
    }
    const writer = this.#table.writerOf(element[read]!);
    this.#flaws[k]! |= CONTRADICTED;
    this.#incompatible.push(read);
    this.#incompatibleWriters.push(writer);
    this.#position[read] = ELSEWHERE;
    for (const seen of elements.of(read, size)) this.#observe(this.#table.writerOf(seen));
  }

  #growPrefixes(length: number): void {
    if (length < this.#prefixA.length) return;
    this.#prefixA = new Int32Array(length * 2);
    this.#prefixB = new Int32Array(length * 2);
    this.#prefixVersions = new Int32Array(length * 2);
  }
}
