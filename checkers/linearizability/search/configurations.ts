/** The configurations that a search has seen: exact, with the way back, and without those that others dominate. */
import { TupleTable } from '../problem/tuple-table.ts';
import type { UseCounts } from './use-counts.ts';

/** One configuration, unpacked. Masks have one bit per slot of the level's window. */
export interface Configuration {
  level: number;
  state: number;
  /** Which unknown operations have been used: an id of `UseCounts`. */
  used: number;
  /** 1 when the last operation can only matter to one that looks at the state: an overwriting one must not come next. */
  unseen: number;
  /** Linearized operations that are not blind. */
  readonly hard: Int32Array;
  /** Linearized blind operations. */
  readonly soft: Int32Array;
  /** Blind operations that are not linearized yet but could have been, without anybody noticing. */
  readonly free: Int32Array;
}

export function emptyConfiguration(words: number): Configuration {
  return { level: 0, state: 0, used: 0, unseen: 0, hard: new Int32Array(words), soft: new Int32Array(words), free: new Int32Array(words) };
}

/** How many of the configurations that may dominate a new one are looked at, the newest first. */
const LOOK_AT = 48;

const FIELDS = 4;

export class Configurations {
  readonly #words: number;
  readonly #uses: UseCounts;
  readonly #records: TupleTable;
  readonly #buckets: TupleTable;
  readonly #record: Int32Array;
  readonly #bucket: Int32Array;
  /** By bucket: the newest record; by record: the one before it in its bucket. */
  #newest = new Int32Array(32);
  #older = new Int32Array(32);
  #parent = new Int32Array(32);
  #move = new Int32Array(32);

  constructor(words: number, uses: UseCounts) {
    this.#words = words;
    this.#uses = uses;
    this.#records = new TupleTable(FIELDS + 3 * words);
    this.#buckets = new TupleTable(2 + words);
    this.#record = new Int32Array(FIELDS + 3 * words);
    this.#bucket = new Int32Array(2 + words);
  }

  get count(): number {
    return this.#records.count;
  }

  get bytes(): number {
    return this.#records.bytes + this.#buckets.bytes + (this.#newest.length + this.#older.length * 3) * 4;
  }

  /** The number of a new configuration; -1 when it, or one that can do all that it can, was there already. */
  add(configuration: Configuration, parent: number, move: number): number {
    const known = this.#buckets.count;
    const bucket = this.#buckets.intern(this.#packBucket(configuration));
    if (bucket < known && this.#dominated(configuration, this.#newest[bucket]!)) return -1;
    const count = this.#records.count;
    const record = this.#records.intern(this.#packRecord(configuration));
    if (record < count) return -1;
    this.#makeRoom(bucket, record);
    this.#older[record] = bucket < known ? this.#newest[bucket]! : -1;
    this.#newest[bucket] = record;
    this.#parent[record] = parent;
    this.#move[record] = move;
    return record;
  }

  /** Unpacks a record. */
  load(record: number, into: Configuration): void {
    const words = this.#words;
    const records = this.#records;
    into.level = records.at(record, 0);
    into.state = records.at(record, 1);
    into.used = records.at(record, 2);
    into.unseen = records.at(record, 3);
    for (let w = 0; w < words; w++) {
      into.hard[w] = records.at(record, FIELDS + w);
      into.soft[w] = records.at(record, FIELDS + words + w);
      into.free[w] = records.at(record, FIELDS + 2 * words + w);
    }
  }

  level(record: number): number {
    return this.#records.at(record, 0);
  }

  /** The moves that led to a record, first to last. */
  path(record: number): number[] {
    const moves: number[] = [];
    for (let at = record; this.#parent[at]! >= 0; at = this.#parent[at]!) moves.push(this.#move[at]!);
    return moves.reverse();
  }

  #packBucket(configuration: Configuration): Int32Array {
    const bucket = this.#bucket;
    bucket[0] = configuration.level;
    bucket[1] = configuration.state;
    for (let w = 0; w < this.#words; w++) bucket[2 + w] = configuration.hard[w]!;
    return bucket;
  }

  #packRecord(configuration: Configuration): Int32Array {
    const record = this.#record;
    const words = this.#words;
    record[0] = configuration.level;
    record[1] = configuration.state;
    record[2] = configuration.used;
    record[3] = configuration.unseen;
    for (let w = 0; w < words; w++) {
      record[FIELDS + w] = configuration.hard[w]!;
      record[FIELDS + words + w] = configuration.soft[w]!;
      record[FIELDS + 2 * words + w] = configuration.free[w]!;
    }
    return record;
  }

  #dominated(configuration: Configuration, newest: number): boolean {
    let looked = 0;
    for (let record = newest; record >= 0 && looked < LOOK_AT; record = this.#older[record]!, looked++) {
      if (this.#dominates(record, configuration)) return true;
    }
    return false;
  }

  /** Same level, state and hard mask. Each blind operation must be free there, or stand as it does here and not be free here. */
  #dominates(record: number, than: Configuration): boolean {
    const words = this.#words;
    const records = this.#records;
    if (records.at(record, 3) > than.unseen) return false;
    for (let w = 0; w < words; w++) {
      const soft = records.at(record, FIELDS + words + w);
      const free = records.at(record, FIELDS + 2 * words + w);
      if ((~free & ((soft ^ than.soft[w]!) | than.free[w]!)) !== 0) return false;
    }
    return this.#uses.atMost(records.at(record, 2), than.used);
  }

  #makeRoom(bucket: number, record: number): void {
    if (bucket >= this.#newest.length) this.#newest = doubled(this.#newest);
    if (record < this.#older.length) return;
    this.#older = doubled(this.#older);
    this.#parent = doubled(this.#parent);
    this.#move = doubled(this.#move);
  }
}

function doubled(ints: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(ints.length * 2);
  larger.set(ints);
  return larger;
}
