/**
 * Interning of (f, input, output, outcome), for as many classes as there are operations. Most operations have one telling
 * value: what a write wrote, what a read saw. These are looked up by that value's id in a table; the others are hashed. So
 * are all where it matters who did it.
 */
import { NO_VALUE } from '../../../harness/contracts/index.ts';
import { IdTable } from './id-table.ts';
import { TupleTable } from './tuple-table.ts';

const OUTCOMES = 3;
/** Which value tells. */
const BY_INPUT = 0;
const BY_BOTH = 1;
const BY_OUTPUT = 2;
const WAYS = 3;

export class ClassIndex {
  /** By f, outcome and way. */
  readonly #tables: (IdTable | undefined)[] = [];
  /** By f: the input that its operations have in common, where they do: a read's null. */
  readonly #commonInput: (number | undefined)[] = [];
  readonly #others = new TupleTable(5);
  readonly #classOfOther: number[] = [];
  readonly #scratch = new Int32Array(5);
  readonly #byProcess: boolean;
  /** By class, where it matters. */
  readonly #process: number[] = [];
  #tuples = new Int32Array(64);
  #count = 0;

  constructor(distinction: 'by process' | 'whoever') {
    this.#byProcess = distinction === 'by process';
  }

  /** How many classes there are. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#tables.reduce((sum, table) => sum + (table?.bytes ?? 0), this.#others.bytes + this.#tuples.length * 4);
  }

  /** The ordinal of a class; `count` grows when it is new. */
  ordinal(f: number, input: number, output: number, outcome: number, process: number): number {
    if (this.#byProcess) return this.#other(f, input, output, outcome, process);
    let way = BY_OUTPUT;
    if (output === NO_VALUE) way = BY_INPUT;
    else if (output === input) way = BY_BOTH;
    else {
      this.#commonInput[f] ??= input;
      if (this.#commonInput[f] !== input) return this.#other(f, input, output, outcome, 0);
    }
    const at = (f * OUTCOMES + outcome) * WAYS + way;
    this.#tables[at] ??= new IdTable();
    const table = this.#tables[at];
    const id = way === BY_OUTPUT ? output : input;
    const known = table.get(id);
    if (known >= 0) return known;
    table.set(id, this.#count);
    return this.#add(f, input, output, outcome);
  }

  /** Element `i` of (f, input, output, outcome). */
  at(cls: number, i: number): number {
    return this.#tuples[cls * 4 + i]!;
  }

  /** The process of a class; only where it matters. */
  process(cls: number): number {
    return this.#process[cls]!;
  }

  #other(f: number, input: number, output: number, outcome: number, process: number): number {
    const scratch = this.#scratch;
    scratch[0] = f;
    scratch[1] = input;
    scratch[2] = output;
    scratch[3] = outcome;
    scratch[4] = process;
    const ordinal = this.#others.intern(scratch);
    if (ordinal === this.#classOfOther.length) {
      this.#classOfOther.push(this.#add(f, input, output, outcome));
      if (this.#byProcess) this.#process.push(process);
    }
    return this.#classOfOther[ordinal]!;
  }

  #add(f: number, input: number, output: number, outcome: number): number {
    const base = this.#count * 4;
    if (base === this.#tuples.length) {
      const larger = new Int32Array(base * 2);
      larger.set(this.#tuples);
      this.#tuples = larger;
    }
    const tuples = this.#tuples;
    tuples[base] = f;
    tuples[base + 1] = input;
    tuples[base + 2] = output;
    tuples[base + 3] = outcome;
    return this.#count++;
  }
}
