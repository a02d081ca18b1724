/**
 * Depth-first search for a linearization (Wing & Gong; Lowe), in windows.
 *
 * Sound cuts, each argued on a linearization L that exists whenever one exists at all:
 * 1. An observer is linearized as soon as the state allows it: moved forward in L it changes nothing for the others.
 * 2. After an overwriting operation every pending blind operation that is not linearized is *free*: it may stand just
 *    before, unnoticed. So it is where it would not change the state. At its return a free operation may pass unnoticed, or
 *    be linearized visibly.
 * 3. Therefore a blind or unknown operation is linearized for a purpose only (the one that returns next excepted): the
 *    state that it makes is observed, or the next operation is not an overwriting one. Before an overwriting one it would
 *    be free (blind), or better left out (unknown).
 * 4. Of pending operations of one class the one that returns first goes first, and an unknown one only when no pending known
 *    one is of its class: exchange the two in L.
 * 5. Registers: a value that is still asked for is not left behind when nothing can make it again.
 * 6. Registers: of unknown writes whose values nobody can tell apart any more, the first one will do.
 * 7. Unknown operations of one class are a number, not individuals; a configuration that used fewer dominates.
 */
import { BLIND, OVERWRITING } from '../problem/operation-classes.ts';
import { type Configuration, Configurations, emptyConfiguration } from './configurations.ts';
import type { Decision, Limits } from './engine.ts';
import { Extinction } from './extinction.ts';
import { buildLevels, type Levels } from './levels.ts';
import { IMPOSSIBLE, type SearchSpace, type Transitions } from './search-space.ts';
import { bitOf, clearBit, setBit, settle } from './settle.ts';
import { UseCounts } from './use-counts.ts';
import { PASS, rebuildWitness } from './witness.ts';

/** How many expansions go by between two looks at the budget. */
const ASK_EVERY = 1024;

/** Decides a search space; positions in the decision are those of `space.origin`. */
export function searchSpace(space: SearchSpace, limits: Limits): Decision {
  return new WindowedSearch(space, limits).run();
}

class WindowedSearch {
  readonly #space: SearchSpace;
  readonly #limits: Limits;
  readonly #transitions: Transitions;
  readonly #levels: Levels;
  readonly #uses: UseCounts;
  readonly #seen: Configurations;
  readonly #extinction: Extinction | undefined;
  readonly #here: Configuration;
  readonly #next: Configuration;
  /** Crashed classes that are not overwriting. */
  readonly #crashedLookers: readonly number[];
  /** By crashed class: the call of its first member. */
  readonly #firstCall: Int32Array;
  /** Frames: a configuration, and the next candidate to try. */
  #frames = new Int32Array(32);
  #cursors = new Int32Array(32);
  /** Whether the frame has tried one of the crashed classes that make no difference to each other. */
  #triedIndifferent = new Int32Array(32);
  #depth = 0;
  #explored = 0;
  #furthest = 0;
  #goal = -1;

  constructor(space: SearchSpace, limits: Limits) {
    this.#space = space;
    this.#limits = limits;
    this.#transitions = space.transitions;
    this.#levels = buildLevels(space);
    this.#uses = new UseCounts(this.#levels.crashed.length);
    this.#seen = new Configurations(this.#levels.words, this.#uses);
    this.#extinction = space.demand && new Extinction(space, space.demand, this.#levels, this.#uses);
    this.#crashedLookers = [...this.#levels.crashed.keys()].filter((k) => !(this.#transitions.traits(this.#levels.crashed[k]!.cls) & OVERWRITING));
    this.#firstCall = Int32Array.from(this.#levels.crashed, ({ members }) => space.call[members[0]!]!);
    this.#here = emptyConfiguration(this.#levels.words);
    this.#next = emptyConfiguration(this.#levels.words);
  }

  run(): Decision {
    const next = this.#next;
    next.state = this.#transitions.init;
    next.used = this.#uses.none;
    settle(next, this.#space, this.#levels);
    this.#arrive(-1, PASS);
    while (this.#goal < 0 && this.#depth > 0) {
      if (++this.#explored % ASK_EVERY === 0) {
        const why = this.#limits.budget.exceeded(this.#limits.bytesHeld + this.#bytes());
        if (why !== false) return this.#undecided(why);
      }
      if (this.#explored > this.#limits.configurations) return this.#undecided('configurations');
      this.#expandTop();
    }
    const { origin } = this.#space;
    if (this.#goal < 0) return { kind: 'illegal', suspect: this.#suspect(), explored: this.#explored };
    const order = rebuildWitness(this.#space, this.#levels, this.#seen.path(this.#goal));
    return { kind: 'legal', witness: order.map((op) => origin[op]!), explored: this.#explored };
  }

  /** The operation at whose return it went no further. */
  #suspect(): number {
    return this.#space.origin[this.#levels.order[this.#furthest]!]!;
  }

  #undecided(why: 'time' | 'memory' | 'cancelled' | 'configurations'): Decision {
    return { kind: 'undecided', why, suspect: this.#suspect(), explored: this.#explored };
  }

  #bytes(): number {
    return this.#seen.bytes + this.#uses.bytes + this.#levels.bytes + this.#transitions.bytes + this.#frames.length * 12;
  }

  /** Takes `#next`, settled, as a new configuration unless it is not needed. */
  #arrive(parent: number, move: number): void {
    const record = this.#seen.add(this.#next, parent, move);
    if (record < 0) return;
    const level = this.#next.level;
    if (level > this.#furthest) this.#furthest = level;
    if (level === this.#levels.count) {
      this.#goal = record;
      return;
    }
    if (this.#depth === this.#frames.length) {
      this.#frames = doubled(this.#frames);
      this.#cursors = doubled(this.#cursors);
      this.#triedIndifferent = doubled(this.#triedIndifferent);
    }
    this.#frames[this.#depth] = record;
    this.#triedIndifferent[this.#depth] = 0;
    this.#cursors[this.#depth++] = 0;
  }

  /** Tries candidates of the topmost frame until one leads somewhere new; drops the frame when there are no more. */
  #expandTop(): void {
    const top = this.#depth - 1;
    const record = this.#frames[top]!;
    const here = this.#here;
    this.#seen.load(record, here);
    const { updaterStart, updaters, crashed } = this.#levels;
    const first = updaterStart[here.level]!;
    const pending = updaterStart[here.level + 1]! - first;
    const candidates = 1 + pending + crashed.length;
    const indifferentFrom = this.#extinction?.indifferentFrom;
    for (let cursor = this.#cursors[top]!; cursor < candidates; cursor++) {
      let move = PASS;
      let possible: boolean;
      if (cursor === 0) possible = this.#pass();
      else if (cursor <= pending) {
        move = updaters[first + cursor - 1]!;
        possible = this.#linearize(move, first, cursor - 1);
      } else {
        const k = cursor - pending - 1;
        if (this.#firstCall[k]! > this.#deadline()) break;
        move = this.#nextCrashed(k);
        if (move >= 0 && indifferentFrom && indifferentFrom[k]! <= here.level) {
          if (this.#triedIndifferent[top] === 1) continue;
          this.#triedIndifferent[top] = 1;
        }
        possible = move >= 0 && this.#useCrashed(k, first, pending);
      }
      if (!possible || this.#isHopeless(move)) continue;
      settle(this.#next, this.#space, this.#levels);
      if (this.#next.unseen === 1 && !this.#hasLooker()) continue;
      this.#cursors[top] = cursor + 1;
      this.#arrive(record, move);
      return;
    }
    this.#depth--;
  }

  /** Whether `#next`, whose state nobody has observed, can be followed by an operation that is not overwriting. */
  #hasLooker(): boolean {
    const { updaters, updaterStart, slot, crashed } = this.#levels;
    const { level, state, hard, soft, used } = this.#next;
    for (let i = updaterStart[level]!; i < updaterStart[level + 1]!; i++) {
      const op = updaters[i]!;
      const cls = this.#space.cls[op]!;
      if (bitOf(hard, slot[op]!) || bitOf(soft, slot[op]!) || this.#transitions.traits(cls) & OVERWRITING) continue;
      if (this.#transitions.step(state, cls) !== IMPOSSIBLE) return true;
    }
    return this.#crashedLookers.some((k) => {
      const { cls, members } = crashed[k]!;
      return this.#uses.of(used, k) < members.length && this.#transitions.step(state, cls) !== IMPOSSIBLE;
    });
  }

  /** Whether the move, made in `#next`, leaves a value behind that is still asked for, and gone for good. */
  #isHopeless(move: number): boolean {
    if (this.#extinction === undefined) return false;
    const { state, level } = this.#here;
    if (move !== PASS) return state !== this.#next.state && this.#extinction.of(state, this.#next);
    const made = this.#transitions.step(state, this.#space.cls[this.#levels.order[level]!]!);
    return made !== state && this.#extinction.of(made, this.#next);
  }

  /** The return of the operation that returns next: what is called later cannot come before it. */
  #deadline(): number {
    return this.#space.ret[this.#levels.order[this.#here.level]!]!;
  }

  #pass(): boolean {
    const here = this.#here;
    const op = this.#levels.order[here.level]!;
    if (here.unseen === 1 || !bitOf(here.free, this.#levels.slot[op]!)) return false;
    this.#copy();
    setBit(this.#next.soft, this.#levels.slot[op]!);
    return true;
  }

  /** Linearizes a pending known operation, the `index`-th of the level's updaters. */
  #linearize(op: number, first: number, index: number): boolean {
    const here = this.#here;
    const slot = this.#levels.slot[op]!;
    if (bitOf(here.hard, slot) || bitOf(here.soft, slot)) return false;
    const cls = this.#space.cls[op]!;
    const traits = this.#transitions.traits(cls);
    const overwriting = (traits & OVERWRITING) !== 0;
    if (overwriting && here.unseen === 1) return false;
    if (this.#hasEarlierTwin(op, first, index, overwriting)) return false;
    const state = this.#transitions.step(here.state, cls);
    if (state === IMPOSSIBLE) return false;
    const blind = (traits & BLIND) !== 0;
    if (blind && state === here.state && !(overwriting && this.#frees(op, first))) return false;
    this.#copy();
    const next = this.#next;
    next.state = state;
    setBit(blind ? next.soft : next.hard, slot);
    clearBit(next.free, slot);
    next.unseen = blind && op !== this.#levels.order[here.level] ? 1 : 0;
    if (overwriting) this.#freePending(first);
    return true;
  }

  /** Whether an operation of the same class that returns earlier should go first. */
  #hasEarlierTwin(op: number, first: number, index: number, overwriting: boolean): boolean {
    const { updaters, slot } = this.#levels;
    const { hard, soft, free } = this.#here;
    const cls = this.#space.cls[op]!;
    const isFree = bitOf(free, slot[op]!);
    for (let i = 0; i < index; i++) {
      const other = updaters[first + i]!;
      if (this.#space.cls[other] !== cls) continue;
      const at = slot[other]!;
      if (!bitOf(hard, at) && !bitOf(soft, at) && (overwriting || bitOf(free, at) === isFree)) return true;
    }
    return false;
  }

  /** The first member of a crashed class that is not used and has been called; -1 when there is none. */
  #nextCrashed(k: number): number {
    const { members } = this.#levels.crashed[k]!;
    const used = this.#uses.of(this.#here.used, k);
    if (used >= members.length) return -1;
    const op = members[used]!;
    return this.#space.call[op]! < this.#deadline() ? op : -1;
  }

  #useCrashed(k: number, first: number, pending: number): boolean {
    const here = this.#here;
    const { cls } = this.#levels.crashed[k]!;
    const overwriting = (this.#transitions.traits(cls) & OVERWRITING) !== 0;
    if (overwriting && here.unseen === 1) return false;
    const state = this.#transitions.step(here.state, cls);
    if (state === IMPOSSIBLE) return false;
    if (state === here.state && !(overwriting && this.#frees(-1, first))) return false;
    const { updaters, slot } = this.#levels;
    for (let i = 0; i < pending; i++) {
      const op = updaters[first + i]!;
      if (this.#space.cls[op] === cls && !bitOf(here.hard, slot[op]!) && !bitOf(here.soft, slot[op]!)) return false;
    }
    this.#copy();
    const next = this.#next;
    next.state = state;
    next.used = this.#uses.plusOne(here.used, k);
    next.unseen = 1;
    if (overwriting) this.#freePending(first);
    return true;
  }

  /** Whether an overwriting operation now would make some other pending operation free. */
  #frees(op: number, first: number): boolean {
    const { updaters, updaterStart, slot } = this.#levels;
    const here = this.#here;
    const end = updaterStart[here.level + 1]!;
    for (let i = first; i < end; i++) {
      const other = updaters[i]!;
      const at = slot[other]!;
      if (other === op || !(this.#transitions.traits(this.#space.cls[other]!) & BLIND)) continue;
      if (!bitOf(here.soft, at) && !bitOf(here.free, at)) return true;
    }
    return false;
  }

  /** In `#next`: everything blind that is pending and not linearized may stand before the operation just linearized. */
  #freePending(first: number): void {
    const { updaters, updaterStart, slot } = this.#levels;
    const next = this.#next;
    const end = updaterStart[next.level + 1]!;
    for (let i = first; i < end; i++) {
      const op = updaters[i]!;
      if (this.#transitions.traits(this.#space.cls[op]!) & BLIND && !bitOf(next.soft, slot[op]!)) setBit(next.free, slot[op]!);
    }
  }

  #copy(): void {
    const here = this.#here;
    const next = this.#next;
    next.level = here.level;
    next.state = here.state;
    next.used = here.used;
    next.unseen = 0;
    next.hard.set(here.hard);
    next.soft.set(here.soft);
    next.free.set(here.free);
  }
}

function doubled(ints: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(ints.length * 2);
  larger.set(ints);
  return larger;
}
