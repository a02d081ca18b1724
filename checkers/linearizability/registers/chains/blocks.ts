/**
 * Blocks: a write with all that read its value, the exchange that took that value away, those that read what this one made,
 * and so on. Nothing else can stand inside a block, so a linearization is an order of blocks.
 */
import { READ, WRITE } from '../../problem/operation-classes.ts';
import { NEVER } from '../../problem/prepare.ts';
import { INITIAL, type RegisterForm } from '../register-form.ts';
import { type Links, NONE } from './links.ts';
import type { Violation } from './violation.ts';

export interface Blocks {
  readonly count: number;
  /** `members[start[b] .. start[b + 1])`, in the order in which they must stand; readers of one value by call. */
  readonly start: Int32Array;
  readonly members: Int32Array;
  /** By block: the member that returns first; NONE for the initial block, which has begun before everything. */
  readonly firstToReturn: Int32Array;
  /** By block: the member that is called last. */
  readonly lastCalled: Int32Array;
}

/** The blocks, in order of their writes, the initial one first if anybody saw the initial value. O(n). */
export function blocksOf(form: RegisterForm, links: Links): Blocks | Violation {
  return new BlockBuilder(form, links).run();
}

/** The operations of blocks that stand in this order. */
export function inOrder({ start, members }: Blocks, sequence: Int32Array): Int32Array {
  const order = new Int32Array(members.length);
  let length = 0;
  for (const block of sequence) {
    for (let i = start[block]!; i < start[block + 1]!; i++) order[length++] = members[i]!;
  }
  return order;
}

class BlockBuilder {
  readonly #form: RegisterForm;
  readonly #links: Links;
  /** `#readers[#readersStart[v] .. #readersStart[v + 1])` have read v, by call. */
  readonly #readersStart: Int32Array;
  readonly #readers: Int32Array;
  readonly #members: Int32Array;
  readonly #start: Int32Array;
  readonly #firstToReturn: Int32Array;
  readonly #lastCalled: Int32Array;
  #length = 0;
  #count = 0;
  #exchanges = 0;

  constructor(form: RegisterForm, links: Links) {
    this.#form = form;
    this.#links = links;
    const { start, items } = readersByValue(form);
    this.#readersStart = start;
    this.#readers = items;
    let writes = 1;
    let members = items.length;
    for (let op = 0; op < form.count; op++) {
      if (links.effective[op] === 0) continue;
      members++;
      if (form.kind[op] === WRITE) writes++;
    }
    this.#members = new Int32Array(members);
    this.#start = new Int32Array(writes + 1);
    this.#firstToReturn = new Int32Array(writes);
    this.#lastCalled = new Int32Array(writes);
  }

  run(): Blocks | Violation {
    const { count, kind } = this.#form;
    const violation = this.#block(NONE, INITIAL);
    if (violation) return violation;
    for (let op = 0; op < count; op++) {
      if (this.#links.effective[op] === 0 || kind[op] !== WRITE) continue;
      const found = this.#block(op, this.#form.to[op]!);
      if (found) return found;
    }
    if (this.#exchanges < this.#links.exchanges) return this.#ring();
    return { count: this.#count, start: this.#start, members: this.#members, firstToReturn: this.#firstToReturn, lastCalled: this.#lastCalled };
  }

  #block(write: number, made: number): Violation | undefined {
    const { to } = this.#form;
    const first = this.#length;
    let op = write;
    for (let value = made; ; value = to[op]!) {
      if (op !== NONE) this.#members[this.#length++] = op;
      for (let i = this.#readersStart[value]!; i < this.#readersStart[value + 1]!; i++) this.#members[this.#length++] = this.#readers[i]!;
      op = this.#links.taker[value]!;
      if (op === NONE) break;
      this.#exchanges++;
    }
    return this.#length === first ? undefined : this.#close(first, write === NONE);
  }

  /** Whether the members can stand in this order; then they are a block. */
  #close(first: number, initial: boolean): Violation | undefined {
    const { call, ret, kind } = this.#form;
    /** The first to return of the members behind the present level; NONE where nobody is. */
    let behind: number = NONE;
    let level: number = NONE;
    let lastCalled = this.#members[first]!;
    for (let i = this.#length - 1; i >= first; i--) {
      const op = this.#members[i]!;
      // Readers of the same value are one level: they may stand in any order.
      if (kind[op] !== READ || i === this.#length - 1 || kind[this.#members[i + 1]!] !== READ) behind = level;
      if (behind !== NONE && call[op]! > ret[behind]!) return { culprits: [op, behind], because: this.#links.because };
      if (level === NONE || ret[op]! < ret[level]!) level = op;
      if (call[op]! > call[lastCalled]!) lastCalled = op;
    }
    this.#firstToReturn[this.#count] = initial ? NONE : level;
    this.#lastCalled[this.#count] = lastCalled;
    this.#start[++this.#count] = this.#length;
    return undefined;
  }

  /** Exchanges that only took what came of what they made. */
  #ring(): Violation {
    const seen = new Uint8Array(this.#form.count);
    for (let i = 0; i < this.#length; i++) seen[this.#members[i]!] = 1;
    const ring: number[] = [];
    for (let op = 0; op < this.#form.count && ring.length === 0; op++) {
      if (this.#links.effective[op] === 0 || seen[op] === 1) continue;
      for (let at = op; seen[at] === 0; at = this.#links.maker[this.#form.from[at]!]!) {
        seen[at] = 1;
        ring.push(at);
      }
    }
    return { culprits: ring, because: this.#links.because };
  }
}

/** Known reads, grouped by the value that they saw, by call in each group. */
function readersByValue({ count, kind, ret, from, values }: RegisterForm): { start: Int32Array; items: Int32Array } {
  const start = new Int32Array(values + 1);
  const isReader = (op: number): boolean => kind[op] === READ && ret[op] !== NEVER;
  for (let op = 0; op < count; op++) if (isReader(op)) start[from[op]! + 1]!++;
  for (let value = 0; value < values; value++) start[value + 1]! += start[value]!;
  const items = new Int32Array(start[values]!);
  const next = start.slice(0, values);
  for (let op = 0; op < count; op++) if (isReader(op)) items[next[from[op]!]!++] = op;
  return { start, items };
}
