/**
 * A sweep over the events of a register with a frontier: all configurations that matter in which everything that has
 * returned is linearized. A configuration is the state, which pending operations are linearized, which pending writes may
 * hide, and how many crashed operations of each class were used; so memory depends on what is in flight, not on the length.
 * When none is left the history is illegal up to that return. O(events × frontier), the frontier being exponential at worst.
 */
import { DIFFERS, READ, WRITE } from '../../problem/operation-classes.ts';
import { NEVER } from '../../problem/prepare.ts';
import type { Decision, Limits } from '../../search/engine.ts';
import { UseCounts } from '../../search/use-counts.ts';
import { Configurations } from './configurations.ts';
import { Antichain, Dominance } from './dominance.ts';
import { Expansion } from './expansion.ts';
import type { FrontierSpace } from './frontier-space.ts';
import { Pending } from './pending.ts';
import { hidden, Trails } from './trails.ts';
import { witnessOf } from './witness.ts';

/** Of so many returns at which there is nothing to choose the limits are looked at once, less one. */
const EVERY = 1023;

type Stopped = 'time' | 'memory' | 'cancelled' | 'configurations';

/** What a search found. `cut`: no more could be said, as configurations had been dropped that may have mattered. */
export type Found =
  | Exclude<Decision, { kind: 'undecided' }>
  | { readonly kind: 'stopped'; readonly why: Stopped | 'cut'; readonly suspect: number; readonly explored: number };

/** Searches with a frontier of at most `cap` configurations, the most promising ones; Infinity: exact. Positions are those of the form. */
export function searchFrontier(space: FrontierSpace, limits: Limits, cap: number): Found {
  return new FrontierSearch(space, limits, cap).run();
}

class FrontierSearch {
  readonly #space: FrontierSpace;
  readonly #limits: Limits;
  readonly #cap: number;
  readonly #pending: Pending;
  readonly #uses: UseCounts;
  readonly #trails: Trails;
  readonly #antichain: Antichain;
  readonly #expansion: Expansion;
  /** By crashed class: how many have been called. */
  readonly #called: Int32Array;
  readonly #sources: Configurations;
  #frontier: Configurations;
  #next: Configurations;
  /** Whether a configuration was dropped that may have mattered. */
  #cut: boolean;
  #stopped: Stopped | undefined;

  readonly #goOn = (): boolean => {
    const { budget, configurations, bytesHeld } = this.#limits;
    if (this.#expansion.explored > configurations) this.#stopped = 'configurations';
    else this.#stopped = budget.exceeded(bytesHeld + this.#bytes()) || undefined;
    return this.#stopped === undefined;
  };

  constructor(space: FrontierSpace, limits: Limits, cap: number) {
    const lossy = cap !== Number.POSITIVE_INFINITY && space.classes.length > 0;
    this.#space = space;
    this.#limits = limits;
    this.#cap = cap;
    this.#cut = lossy;
    this.#trails = new Trails(space.count);
    this.#pending = new Pending(space);
    this.#uses = new UseCounts(space.classes.length);
    const dominance = new Dominance(this.#pending, this.#uses, lossy);
    this.#antichain = new Antichain(dominance, space.states);
    this.#called = new Int32Array(space.classes.length);
    this.#expansion = new Expansion(space, this.#pending, this.#uses, this.#trails, dominance, this.#called);
    this.#sources = new Configurations(this.#pending.words);
    this.#frontier = new Configurations(this.#pending.words);
    this.#next = new Configurations(this.#pending.words);
    this.#frontier.add(space.init, this.#uses.none, -1);
  }

  run(): Found {
    const { count, call, ret, byReturn, origin } = this.#space;
    let next = 0;
    for (let moment = 0; moment < byReturn.length; moment++) {
      const op = byReturn[moment]!;
      for (; next < count && call[next]! < ret[op]!; next++) this.#call(next);
      this.#return(op, moment);
      const suspect = origin[op]!;
      if (this.#stopped) return { kind: 'stopped', why: this.#stopped, suspect, explored: this.#expansion.explored };
      if (this.#frontier.count > 0) continue;
      const explored = this.#expansion.explored;
      return this.#cut ? { kind: 'stopped', why: 'cut', suspect, explored } : { kind: 'illegal', suspect, certain: true, explored };
    }
    const { moves, moments } = this.#trails.path(this.#frontier.trail(0));
    const witness = witnessOf(this.#space, moves, moments).map((op) => origin[op]!);
    return { kind: 'legal', witness, explored: this.#expansion.explored };
  }

  #call(op: number): void {
    const { kind, ret, from, to, classOf } = this.#space;
    if (ret[op] === NEVER) {
      if (classOf[op]! >= 0) this.#called[classOf[op]!]!++;
      return;
    }
    const slot = this.#pending.call(op);
    const frontier = this.#frontier;
    for (let i = 0; i < frontier.count; i++) {
      const state = frontier.state(i);
      if (kind[op] === READ ? state === from[op] : kind[op] === DIFFERS && state !== from[op]) frontier.markDone(i, slot);
      else if (kind[op] === WRITE && state === to[op]) frontier.markFree(i, slot);
    }
  }

  #return(op: number, moment: number): void {
    const slot = this.#pending.slot[op]!;
    const frontier = this.#frontier;
    if (this.#allDone(slot)) {
      this.#retire(op, slot);
      return;
    }
    if (this.#isForced(slot)) {
      this.#force(slot, moment);
      this.#retire(op, slot);
      return;
    }
    const next = this.#next;
    next.clear();
    this.#sources.clear();
    for (let i = 0; i < frontier.count; i++) {
      if (frontier.isDone(i, slot)) {
        next.copy(frontier, i);
        continue;
      }
      if (frontier.isFree(i, slot)) {
        const passed = next.copy(frontier, i);
        next.markDone(passed, slot);
        next.setTrail(passed, this.#trails.add(frontier.trail(i), hidden(op), moment));
      }
      this.#sources.copy(frontier, i);
    }
    if (this.#sources.count > 0 && !this.#expansion.run(this.#sources, next, slot, moment, this.#goOn)) return;
    this.#next = frontier;
    this.#frontier = next;
    this.#retire(op, slot);
    if (this.#trails.isLong) this.#forget();
  }

  #allDone(slot: number): boolean {
    for (let i = 0; i < this.#frontier.count; i++) if (!this.#frontier.isDone(i, slot)) return false;
    return true;
  }

  /** Whether there is nothing to choose in any configuration: the common case where little is in flight. */
  #isForced(slot: number): boolean {
    const frontier = this.#frontier;
    for (let i = 0; i < frontier.count; i++) if (!frontier.isDone(i, slot) && !this.#expansion.isForced(frontier, i, slot)) return false;
    return true;
  }

  #force(slot: number, moment: number): void {
    const frontier = this.#frontier;
    for (let i = 0; i < frontier.count; i++) if (!frontier.isDone(i, slot)) this.#expansion.force(frontier, i, slot, moment);
    if ((moment & EVERY) === 0) this.#goOn();
    if (this.#trails.isLong) this.#forget();
  }

  #retire(op: number, slot: number): void {
    for (let i = 0; i < this.#frontier.count; i++) this.#frontier.retire(i, slot);
    this.#pending.retire(op);
    this.#prune(this.#frontier);
  }

  /** Drops dominated configurations, and where there are more than the cap the least promising ones. */
  #prune(rows: Configurations): void {
    if (rows.count < 2) return;
    this.#antichain.clear();
    for (let i = 0; i < rows.count; i++) if (!this.#antichain.admit(rows, i)) this.#antichain.dismiss(i);
    let kept = 0;
    for (let i = 0; i < rows.count; i++) if (!this.#antichain.isDominated(i)) rows.move(i, kept++);
    rows.truncate(kept);
    if (kept > this.#cap) this.#keepPromising(rows);
  }

  #keepPromising(rows: Configurations): void {
    this.#cut = true;
    const promise = Array.from({ length: rows.count }, (_, i) => this.#promise(rows, i));
    const kept = [...promise.keys()]
      .sort((a, b) => promise[b]! - promise[a]!)
      .slice(0, this.#cap)
      .sort((a, b) => a - b);
    for (const [to, from] of kept.entries()) rows.move(from, to);
    rows.truncate(kept.length);
  }

  /** Much linearized or free already, few crashed operations used. */
  #promise(rows: Configurations, i: number): number {
    let sum = -2 * this.#uses.total(rows.used(i));
    for (let w = 0; w < rows.words; w++) sum += bits(rows.done(i, w)) + bits(rows.free(i, w));
    return sum;
  }

  #bytes(): number {
    return this.#pending.bytes + this.#uses.bytes + this.#trails.bytes + this.#sources.bytes + this.#frontier.bytes + this.#next.bytes;
  }

  #forget(): void {
    const frontier = this.#frontier;
    const names = this.#trails.forget(Int32Array.from({ length: frontier.count }, (_, i) => frontier.trail(i)));
    for (let i = 0; i < frontier.count; i++) if (frontier.trail(i) >= 0) frontier.setTrail(i, names[frontier.trail(i)]!);
  }
}

function bits(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
