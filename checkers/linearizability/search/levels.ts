/**
 * The window of a search: what is pending when.
 *
 * Known operations are numbered by their return. At level p all known operations of lower number are linearized; the one
 * of number p comes next to return, so whatever is linearized now must have been called before that. A configuration is
 * therefore the level and one bit for each operation pending there, kept in slots that are used again after the return:
 * its size depends on the number of operations in flight, not on the length of the history.
 */
import { OBSERVER } from '../problem/operation-classes.ts';
import { NEVER } from '../problem/prepare.ts';
import { knownByReturn } from '../registers/by-column.ts';
import type { SearchSpace } from './search-space.ts';

export interface Levels {
  /** Number of known operations = number of levels. */
  readonly count: number;
  /** 32-bit words of a mask. */
  readonly words: number;
  /** The operation that returns at each level. */
  readonly order: Int32Array;
  /** The slot of each known operation. */
  readonly slot: Int32Array;
  /** `observers[observerStart[p] .. observerStart[p + 1])`: pending at level p, by return. */
  readonly observerStart: Int32Array;
  readonly observers: Int32Array;
  /** The same for operations that may change the state. */
  readonly updaterStart: Int32Array;
  readonly updaters: Int32Array;
  /** Classes of operations with an unknown outcome; members are called in ascending order. */
  readonly crashed: readonly CrashedClass[];
  readonly bytes: number;
}

export interface CrashedClass {
  readonly cls: number;
  readonly members: Int32Array;
}

/** Lists of integers, one after the other. */
class Lists {
  readonly starts: Int32Array;
  items = new Int32Array(32);
  #length = 0;

  constructor(count: number) {
    this.starts = new Int32Array(count + 1);
  }

  push(item: number): void {
    if (this.#length === this.items.length) {
      const larger = new Int32Array(this.items.length * 2);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.#length++] = item;
  }

  endList(index: number): void {
    this.starts[index + 1] = this.#length;
  }
}

/** Sweeps the operations once: O(n × operations in flight). */
export function buildLevels(space: SearchSpace): Levels {
  const { count, ret, cls, transitions } = space;
  const order = knownByReturn(ret);
  const slot = new Int32Array(count).fill(-1);
  const observers = new Lists(order.length);
  const updaters = new Lists(order.length);
  const active: number[] = [];
  const freeSlots: number[] = [];
  let slots = 0;
  let next = 0;
  for (let p = 0; p < order.length; p++) {
    const end = ret[order[p]!]!;
    for (; next < count && space.call[next]! < end; next++) {
      if (ret[next] === NEVER) continue;
      slot[next] = freeSlots.pop() ?? slots++;
      insertByReturn(active, next, ret);
    }
    for (const op of active) (transitions.traits(cls[op]!) & OBSERVER ? observers : updaters).push(op);
    observers.endList(p);
    updaters.endList(p);
    const returned = active.shift()!;
    freeSlots.push(slot[returned]!);
  }
  return {
    count: order.length,
    words: Math.max(1, (slots + 31) >>> 5),
    order,
    slot,
    observerStart: observers.starts,
    observers: observers.items,
    updaterStart: updaters.starts,
    updaters: updaters.items,
    crashed: crashedClasses(space),
    bytes: (count * 2 + order.length * 3 + observers.items.length + updaters.items.length) * 4,
  };
}

function insertByReturn(active: number[], op: number, ret: Int32Array): void {
  let i = active.length;
  active.push(op);
  for (; i > 0 && ret[active[i - 1]!]! > ret[op]!; i--) active[i] = active[i - 1]!;
  active[i] = op;
}

function crashedClasses(space: SearchSpace): CrashedClass[] {
  const members = new Map<number, number[]>();
  for (let i = 0; i < space.count; i++) {
    if (space.ret[i] !== NEVER) continue;
    const list = members.get(space.cls[i]!);
    if (list) list.push(i);
    else members.set(space.cls[i]!, [i]);
  }
  // In order of the first call, so that a search can stop at the first class that nobody has called yet.
  return [...members].map(([cls, list]) => ({ cls, members: Int32Array.from(list) }));
}
