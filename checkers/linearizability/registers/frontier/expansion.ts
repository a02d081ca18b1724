/**
 * What can be linearized so that a given pending operation is: sequences of pending and crashed operations that end with
 * it, from many configurations at once, fewest crashed operations first. Just in time (Lowe, "Testing for linearizability",
 * 2017): nothing is linearized that this does not need. Moves:
 *
 * - a pending write, of those of one value the one that returns first; a crashed one where none is pending. Before the last
 *   move a write is of use only if the new state serves a pending read, refused operation or exchange. One of the present
 *   value only if an exchange expects that, and another write would be hidden before it.
 * - a pending exchange that expects the state, of those with one result the one that returns first.
 * - a crashed operation of each class, as an exchange or a write; these are counted, not told apart.
 */
import { CAS, WRITE } from '../../problem/operation-classes.ts';
import type { UseCounts } from '../../search/use-counts.ts';
import type { Configurations } from './configurations.ts';
import { Antichain, type Dominance } from './dominance.ts';
import type { FrontierSpace } from './frontier-space.ts';
import type { Pending } from './pending.ts';
import type { Trails } from './trails.ts';

export class Expansion {
  readonly #space: FrontierSpace;
  readonly #pending: Pending;
  readonly #uses: UseCounts;
  readonly #trails: Trails;
  readonly #antichain: Antichain;
  /** By class: how many of it have been called. */
  readonly #called: Int32Array;
  /** By state: crashed exchanges that expect it, whenever they are called. */
  readonly #crashedExpect: Uint8Array;
  /** By state: the slot of the pending operation that is to lead there; -1. */
  readonly #best: Int32Array;
  readonly #bestStates: number[] = [];
  readonly #now: number[] = [];
  readonly #later: number[] = [];
  #all!: Configurations;
  #out!: Configurations;
  #target = -1;
  #moment = 0;
  explored = 0;

  constructor(space: FrontierSpace, pending: Pending, uses: UseCounts, trails: Trails, dominance: Dominance, called: Int32Array) {
    this.#space = space;
    this.#pending = pending;
    this.#uses = uses;
    this.#trails = trails;
    this.#called = called;
    this.#antichain = new Antichain(dominance, space.states);
    this.#best = new Int32Array(space.states).fill(-1);
    this.#crashedExpect = new Uint8Array(space.states);
    for (const { from } of space.classes) if (from >= 0) this.#crashedExpect[from] = 1;
  }

  /**
   * From the rows of `all` (more are added there) to rows of `out` in which the operation in slot `target` is linearized.
   * Gives false when `goOn`, asked now and then, did.
   */
  run(all: Configurations, out: Configurations, target: number, moment: number, goOn: () => boolean): boolean {
    this.#all = all;
    this.#out = out;
    this.#target = target;
    this.#moment = moment;
    this.#antichain.clear();
    this.#now.length = 0;
    this.#later.length = 0;
    for (let i = 0; i < all.count; i++) if (this.#antichain.admit(all, i)) this.#now.push(i);
    for (;;) {
      let row = this.#now.pop();
      if (row === undefined) {
        if (this.#later.length === 0) return true;
        while (this.#later.length > 0) this.#now.push(this.#later.pop()!);
        row = this.#now.pop()!;
      }
      if (this.#antichain.isDominated(row)) continue;
      if ((++this.explored & 1023) === 0 && !goOn()) return false;
      this.#writes(row);
      this.#exchanges(row);
      this.#crashed(row);
      for (const state of this.#bestStates) this.#best[state] = -1;
      this.#bestStates.length = 0;
    }
  }

  /**
   * Whether the row has no other way to linearize the operation in slot `target` than at once: nothing else that is pending
   * changes the state, or all that is pending are writes for which nobody waits. O(words).
   */
  isForced(all: Configurations, row: number, target: number): boolean {
    const { kind, from } = this.#space;
    const { words, writes, exchanges, lookers, operation } = this.#pending;
    const op = operation[target]!;
    const isWrite = kind[op] === WRITE;
    if (this.#space.classes.length > 0 || all.isFree(row, target) || !(isWrite || (kind[op] === CAS && from[op] === all.state(row)))) return false;
    let updates = 0;
    let askers = 0;
    for (let w = 0; w < words; w++) {
      const open = ~all.done(row, w) & (w === target >>> 5 ? ~(1 << (target & 31)) : -1);
      updates |= open & (writes[w]! | exchanges[w]!);
      askers |= open & (lookers[w]! | exchanges[w]!);
    }
    return updates === 0 || (isWrite && askers === 0);
  }

  /** Linearizes the operation in slot `target` in a row where that is forced. */
  force(all: Configurations, row: number, target: number, moment: number): void {
    const { kind, to } = this.#space;
    const op = this.#pending.operation[target]!;
    this.explored++;
    if (kind[op] === WRITE) this.#freeOthers(all, row);
    all.markDone(row, target);
    all.setState(row, to[op]!);
    settle(all, row, this.#pending);
    all.setTrail(row, this.#trails.add(all.trail(row), op, moment));
  }

  #writes(row: number): void {
    const { to, ret } = this.#space;
    const { words, writes, operation } = this.#pending;
    const all = this.#all;
    const target = this.#target;
    const targetTo = to[operation[target]!]!;
    const targetIsWrite = this.#space.kind[operation[target]!] === WRITE;
    for (let w = 0; w < words; w++) {
      for (let left = writes[w]! & ~all.done(row, w); left !== 0; left &= left - 1) {
        const slot = w * 32 + (31 - Math.clz32(left & -left));
        const made = to[operation[slot]!]!;
        // The target returns before all others.
        if (slot === target || (targetIsWrite && made === targetTo)) continue;
        if (made === all.state(row) ? !this.#hidesMore(row, slot) : !this.#serves(row, made)) continue;
        const best = this.#best[made]!;
        if (best < 0) this.#bestStates.push(made);
        if (best < 0 || ret[operation[best]!]! > ret[operation[slot]!]!) this.#best[made] = slot;
      }
    }
    if (targetIsWrite) {
      if (this.#best[targetTo]! < 0) this.#bestStates.push(targetTo);
      this.#best[targetTo] = target;
    }
    for (const state of this.#bestStates) this.#write(row, this.#best[state]!, state);
  }

  #write(row: number, slot: number, state: number): void {
    const next = this.#all.copy(this.#all, row);
    this.#freeOthers(this.#all, next);
    this.#all.markDone(next, slot);
    this.#arrive(next, state, this.#pending.operation[slot]!, this.#now);
  }

  #exchanges(row: number): void {
    const { from, to } = this.#space;
    const { words, exchanges, operation, expected } = this.#pending;
    const all = this.#all;
    const state = all.state(row);
    if (expected[state] === 0) return;
    for (let w = 0; w < words; w++) {
      for (let left = exchanges[w]! & ~all.done(row, w); left !== 0; left &= left - 1) {
        const slot = w * 32 + (31 - Math.clz32(left & -left));
        const op = operation[slot]!;
        if (from[op] !== state || this.#hasEarlierTwin(row, op)) continue;
        const next = all.copy(all, row);
        all.markDone(next, slot);
        this.#arrive(next, to[op]!, op, this.#now);
      }
    }
  }

  /** Whether another pending exchange does the same and returns earlier. */
  #hasEarlierTwin(row: number, op: number): boolean {
    const { from, to, ret } = this.#space;
    const { words, exchanges, operation } = this.#pending;
    for (let w = 0; w < words; w++) {
      for (let left = exchanges[w]! & ~this.#all.done(row, w); left !== 0; left &= left - 1) {
        const other = operation[w * 32 + (31 - Math.clz32(left & -left))]!;
        if (from[other] === from[op] && to[other] === to[op] && ret[other]! < ret[op]!) return true;
      }
    }
    return false;
  }

  #crashed(row: number): void {
    const all = this.#all;
    const state = all.state(row);
    const { classes } = this.#space;
    for (let k = 0; k < classes.length; k++) {
      const { kind, from, to, members } = classes[k]!;
      const used = this.#uses.of(all.used(row), k);
      if (used >= this.#called[k]!) continue;
      if (kind === WRITE) {
        if (this.#best[to]! >= 0 || (to === state ? !this.#hidesMore(row, -1) : !this.#serves(row, to))) continue;
      } else if (from !== state || !this.#serves(row, to)) continue;
      const next = all.copy(all, row);
      if (kind === WRITE) this.#freeOthers(this.#all, next);
      all.setUsed(next, this.#uses.plusOne(all.used(next), k));
      this.#arrive(next, to, members[used]!, this.#later);
    }
  }

  /** All pending writes that are not linearized may stand right before a write. */
  #freeOthers(all: Configurations, row: number): void {
    const { words, writes } = this.#pending;
    for (let w = 0; w < words; w++) all.setFree(row, w, all.free(row, w) | (writes[w]! & ~all.done(row, w)));
  }

  /** Whether somebody waits for the state who has not seen it yet. */
  #serves(row: number, state: number): boolean {
    const { words, reads, refused, refusals, expected } = this.#pending;
    if (expected[state]! > 0 || this.#crashedExpect[state] === 1) return true;
    for (let w = 0; w < words; w++) {
      const waiting = reads[state * words + w]! | (refused[w]! & ~refusals[state * words + w]!);
      if (waiting & ~this.#all.done(row, w)) return true;
    }
    return false;
  }

  /** Whether a write of the present value would hide another one before an exchange that expects the value. */
  #hidesMore(row: number, slot: number): boolean {
    const { words, writes, expected } = this.#pending;
    const state = this.#all.state(row);
    if (expected[state] === 0 && this.#crashedExpect[state] === 0) return false;
    for (let w = 0; w < words; w++) {
      let others = writes[w]! & ~this.#all.done(row, w) & ~this.#all.free(row, w);
      if (slot >>> 5 === w && slot >= 0) others &= ~(1 << (slot & 31));
      if (others !== 0) return true;
    }
    return false;
  }

  /** The row, the last of all, comes to a state by a move: to `out` if the target is linearized, else to be explored. */
  #arrive(row: number, state: number, move: number, queue: number[]): void {
    const all = this.#all;
    all.setState(row, state);
    settle(all, row, this.#pending);
    if (all.isDone(row, this.#target)) {
      const found = this.#out.copy(all, row);
      this.#out.setTrail(found, this.#trails.add(all.trail(row), move, this.#moment));
      all.drop();
    } else if (this.#antichain.admit(all, row)) {
      all.setTrail(row, this.#trails.add(all.trail(row), move, this.#moment));
      queue.push(row);
    } else all.drop();
  }
}

/** What happens by itself in a state: pending operations that only look are linearized, writes of the state are free. */
export function settle(all: Configurations, row: number, { words, reads, refused, refusals, writesTo }: Pending): void {
  const at = all.state(row) * words;
  for (let w = 0; w < words; w++) {
    const done = all.done(row, w) | reads[at + w]! | (refused[w]! & ~refusals[at + w]!);
    all.setDone(row, w, done);
    all.setFree(row, w, all.free(row, w) | (writesTo[at + w]! & ~done));
  }
}
