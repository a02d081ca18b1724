/** Bringing a configuration to rest: what happens by itself after every move. */
import { BLIND } from '../problem/operation-classes.ts';
import type { Configuration } from './configurations.ts';
import type { Levels } from './levels.ts';
import { IMPOSSIBLE, type SearchSpace } from './search-space.ts';

/**
 * Brings a configuration to rest: observers that the state satisfies are linearized, blind operations that would not
 * change the state are free, and operations that are linearized return.
 */
export function settle(c: Configuration, space: SearchSpace, levels: Levels, onObserved?: (op: number) => void, onFree?: (op: number) => void): void {
  const { transitions, cls } = space;
  const { slot, observers, observerStart, updaters, updaterStart } = levels;
  while (c.level < levels.count) {
    for (let i = observerStart[c.level]!; i < observerStart[c.level + 1]!; i++) {
      const op = observers[i]!;
      if (bitOf(c.hard, slot[op]!) || transitions.step(c.state, cls[op]!) === IMPOSSIBLE) continue;
      setBit(c.hard, slot[op]!);
      c.unseen = 0;
      onObserved?.(op);
    }
    for (let i = updaterStart[c.level]!; i < updaterStart[c.level + 1]!; i++) {
      const op = updaters[i]!;
      const at = slot[op]!;
      if (!(transitions.traits(cls[op]!) & BLIND) || bitOf(c.soft, at) || bitOf(c.free, at)) continue;
      if (transitions.step(c.state, cls[op]!) !== c.state) continue;
      setBit(c.free, at);
      onFree?.(op);
    }
    const at = slot[levels.order[c.level]!]!;
    if (!bitOf(c.hard, at) && !bitOf(c.soft, at)) return;
    clearBit(c.hard, at);
    clearBit(c.soft, at);
    clearBit(c.free, at);
    c.level++;
  }
}

/** Whether a bit is set. */
export function bitOf(mask: Int32Array, slot: number): boolean {
  return (mask[slot >>> 5]! & (1 << (slot & 31))) !== 0;
}

export function setBit(mask: Int32Array, slot: number): void {
  mask[slot >>> 5] = mask[slot >>> 5]! | (1 << (slot & 31));
}

export function clearBit(mask: Int32Array, slot: number): void {
  mask[slot >>> 5] = mask[slot >>> 5]! & ~(1 << (slot & 31));
}
