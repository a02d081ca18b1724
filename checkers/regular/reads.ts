/** Which writes a read of a register may have seen, and what cannot be. One pass. */
import type { Budget, History, Value } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { eventType, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { fateAt } from '../columns/events.ts';
import { valueReader } from '../columns/value-reader.ts';
import { ask } from '../verdict/exhausted.ts';
import { WriteOrder } from './write-order.ts';

export const REGULAR_ANOMALIES = ['stale-read', 'failed-but-visible', 'unexpected-value', 'two-orders'] as const;

export interface RegularLaw {
  /** What registers hold at first; undefined: null, or it is not known. */
  readonly init?: Value | undefined;
  readonly writes: 'any-order' | 'one-order';
  readonly write: string;
  readonly read: string;
  readonly cas: string;
}

export interface RegularFinding {
  readonly type: (typeof REGULAR_ANOMALIES)[number];
  /** Of a stale read the acknowledgement of a newer write; the write that had failed; the read that orders writes otherwise. */
  readonly before: number;
  readonly at: number;
}

export interface RegularReads {
  readonly found: readonly RegularFinding[];
  readonly reads: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  /** Reads that began when a write had been acknowledged. */
  readonly compared: number;
  readonly compareAndSets: number;
  /** Reads of what nobody had begun to write, where the initial value is not known. */
  readonly strange: readonly number[];
  /** Reads of what was written twice, where writes are to have one order. */
  readonly ambiguous: readonly number[];
  /** Client operations of other names, and compare-and-sets that do not say what they set. */
  readonly foreign: number;
}

/** All writes of one value to one register that may have happened, begun so far. */
interface Written {
  /** Where the last of them ends; Infinity where one is not acknowledged. */
  ended: number;
  /** One of them; -1: it was there at first. */
  write: number;
  count: number;
  /** The first invocation that was refused; -1: none. */
  refused: number;
}

interface Register {
  readonly values: Map<Value, Written>;
  /** Of the acknowledged writes the one that began last: its acknowledgement. */
  newest: number;
  readonly order: WriteOrder;
}

const BYTES_PER_WRITE = 120;

/** O(events × log writes of a register). Throws BudgetExhausted. */
export function scanReads(history: History, law: RegularLaw, budget: Budget): RegularReads {
  const { columns } = history;
  const [write, read, cas] = [law.write, law.read, law.cas].map((name) => history.fs.indexOf(name));
  const scan = new Scan(history, law);
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xffff) === 0) {
      ask(budget, 4 * history.length + scan.writes * BYTES_PER_WRITE);
      budget.progress(i, history.length);
    }
    if (!isClient(columns, i)) continue;
    const f = columns.f[i]!;
    const type = eventType(columns, i);
    if (f === read) {
      if (type === INVOKE) scan.begin(i);
      else if (type === OK && columns.pair[i]! >= 0 && isApplied(columns, i)) scan.read(i);
    } else if (f === write || f === cas) {
      if (type === INVOKE) scan.write(i, f === cas);
      else if (type === OK && columns.pair[i]! >= 0 && isApplied(columns, i)) scan.acknowledge(i);
    } else if (type === INVOKE) scan.foreign++;
  }
  return scan;
}

class Scan implements RegularReads {
  readonly found: RegularFinding[] = [];
  reads = 0;
  acknowledged = 0;
  refused = 0;
  unknown = 0;
  compared = 0;
  compareAndSets = 0;
  readonly strange: number[] = [];
  readonly ambiguous: number[] = [];
  foreign = 0;
  readonly #history: History;
  readonly #law: RegularLaw;
  readonly #value: (id: number) => Value | undefined;
  readonly #registers = new Map<number, Register>();
  /** By invocation of a read: the newest acknowledgement then, plus one. */
  readonly #begun: Int32Array;

  constructor(history: History, law: RegularLaw) {
    this.#history = history;
    this.#law = law;
    this.#value = valueReader(history);
    this.#begun = new Int32Array(history.length);
  }

  get writes(): number {
    return this.acknowledged + this.refused + this.unknown;
  }

  write(at: number, isCas: boolean): void {
    const fate = fateAt(this.#history.columns, at);
    this[fate]++;
    const asked = this.#value(this.#history.columns.value[at]!) ?? null;
    if (isCas) this.compareAndSets++;
    if (isCas && !(Array.isArray(asked) && asked.length === 2)) {
      this.foreign++;
      return;
    }
    const written = this.#writtenTo(this.#registerAt(at), nameOf(isCas ? (asked as readonly Value[])[1]! : asked));
    if (fate === 'refused') {
      if (written.refused < 0) written.refused = at;
      return;
    }
    written.ended = Math.max(written.ended, fate === 'acknowledged' ? this.#history.columns.pair[at]! : Infinity);
    written.write = at;
    written.count++;
  }

  acknowledge(at: number): void {
    const { pair } = this.#history.columns;
    const register = this.#registerAt(at);
    if (register.newest < 0 || pair[at]! > pair[register.newest]!) register.newest = at;
  }

  begin(at: number): void {
    this.#begun[at] = this.#registerAt(at).newest + 1;
  }

  read(at: number): void {
    this.reads++;
    const { pair, value } = this.#history.columns;
    const register = this.#registerAt(at);
    const newest = this.#begun[pair[at]!]! - 1;
    if (newest >= 0) this.compared++;
    const written = register.values.get(nameOf(this.#value(value[at]!) ?? null));
    if (written === undefined) {
      if (this.#law.init === undefined) this.strange.push(at);
      else this.found.push({ type: 'unexpected-value', before: -1, at });
    } else if (written.count === 0) this.found.push({ type: 'failed-but-visible', before: written.refused, at });
    else if (newest >= 0 && written.ended < pair[newest]!) this.found.push({ type: 'stale-read', before: newest, at });
    else if (this.#law.writes === 'one-order') this.#order(register, written, at);
  }

  #order({ order }: Register, { write, ended, count }: Written, at: number): void {
    const begun = this.#history.columns.pair[at]!;
    if (count > 1) this.ambiguous.push(at);
    else if (write >= 0 && ended < Infinity) {
      const other = order.take(write, ended, at, begun);
      if (other !== undefined) this.found.push({ type: 'two-orders', before: other, at });
    }
  }

  #writtenTo({ values }: Register, name: Value): Written {
    let written = values.get(name);
    if (written === undefined) {
      written = { ended: -1, write: -1, count: 0, refused: -1 };
      values.set(name, written);
    }
    return written;
  }

  #registerAt(index: number): Register {
    const key = this.#history.columns.key[index]!;
    let register = this.#registers.get(key);
    if (register === undefined) {
      register = { values: new Map(), newest: -1, order: new WriteOrder() };
      register.values.set(nameOf(this.#law.init ?? null), { ended: -1, write: -1, count: 1, refused: -1 });
      this.#registers.set(key, register);
    }
    return register;
  }
}

function nameOf(value: Value): Value {
  return typeof value === 'number' ? value : canonicalJson(value);
}
