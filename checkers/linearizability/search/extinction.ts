/**
 * Looking ahead on registers: a value that somebody still has to see must not be left behind when nothing can make it again.
 *
 * Without this a search that overwrites too early goes on until the late read returns, through every combination of what
 * else can happen until then. With unique values it makes the search all but linear.
 */
import { OVERWRITING } from '../problem/operation-classes.ts';
import { NEVER } from '../problem/prepare.ts';
import { byColumn } from '../registers/by-column.ts';
import type { Configuration } from './configurations.ts';
import type { Levels } from './levels.ts';
import type { Demand, SearchSpace } from './search-space.ts';
import { bitOf } from './settle.ts';
import type { UseCounts } from './use-counts.ts';

export class Extinction {
  readonly #space: SearchSpace;
  readonly #levels: Levels;
  readonly #uses: UseCounts;
  readonly #rank: Int32Array;
  /** By state: known operations, the last to return first. */
  readonly #makers: readonly Int32Array[];
  readonly #askers: readonly Int32Array[];
  /** By state: crashed classes that lead to it. */
  readonly #crashed: readonly (readonly number[])[];
  /** By crashed class: the level from which on nobody can tell its result from that of another such class. */
  readonly indifferentFrom: Int32Array;

  constructor(space: SearchSpace, demand: Demand, levels: Levels, uses: UseCounts) {
    this.#space = space;
    this.#levels = levels;
    this.#uses = uses;
    this.#rank = new Int32Array(space.count).fill(-1);
    levels.order.forEach((op, level) => {
      this.#rank[op] = level;
    });
    const rank = this.#rank;
    const lastFirst = (ops: readonly number[]): Int32Array =>
      byColumn(
        Int32Array.from(ops).filter((op) => rank[op]! >= 0),
        rank,
      ).reverse();
    this.#makers = demand.makers.map(lastFirst);
    this.#askers = demand.askers.map(lastFirst);
    const classOf = new Map<number, number>();
    levels.crashed.forEach(({ members }, k) => {
      for (const op of members) classOf.set(op, k);
    });
    this.#crashed = demand.makers.map((ops) => [...new Set(ops.flatMap((op) => classOf.get(op) ?? []))]);
    this.indifferentFrom = this.#indifference(demand);
  }

  /**
   * A crashed write is indifferent once all that ask for its value, or are about it, have returned, and nothing else makes
   * that value: then it serves to overwrite, and any other such one serves as well.
   */
  #indifference(demand: Demand): Int32Array {
    const from = new Int32Array(this.#levels.crashed.length).fill(NEVER);
    demand.makers.forEach((makers, state) => {
      const [k, ...more] = this.#crashed[state]!;
      if (k === undefined || more.length > 0 || makers.length !== this.#levels.crashed[k]!.members.length) return;
      if (!(this.#space.transitions.traits(this.#levels.crashed[k]!.cls) & OVERWRITING)) return;
      let level = 0;
      for (const op of [...demand.askers[state]!, ...demand.others[state]!]) level = Math.max(level, this.#rank[op]! < 0 ? NEVER : this.#rank[op]! + 1);
      from[k] = level;
    });
    return from;
  }

  /**
   * Whether somebody still asks for `state` and nothing that is left makes it. `c` is a configuration in another state, not
   * settled yet.
   */
  of(state: number, c: Configuration): boolean {
    if (!this.#anyLeft(this.#askers[state]!, c) || this.#anyLeft(this.#makers[state]!, c)) return false;
    return this.#crashed[state]!.every((k) => this.#uses.of(c.used, k) >= this.#levels.crashed[k]!.members.length);
  }

  /** Whether one of the operations is not linearized yet. */
  #anyLeft(ops: Int32Array, c: Configuration): boolean {
    const deadline = this.#space.ret[this.#levels.order[c.level]!]!;
    for (const op of ops) {
      if (this.#rank[op]! < c.level) return false;
      if (this.#space.call[op]! > deadline) return true;
      const slot = this.#levels.slot[op]!;
      if (!bitOf(c.hard, slot) && !bitOf(c.soft, slot)) return true;
    }
    return false;
  }
}
