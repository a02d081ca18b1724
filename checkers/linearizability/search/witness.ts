/** From the moves of a search to a linearization: puts in the observers, and the operations that passed unnoticed. */
import { BLIND, OVERWRITING } from '../problem/operation-classes.ts';
import { emptyConfiguration } from './configurations.ts';
import type { Levels } from './levels.ts';
import type { SearchSpace } from './search-space.ts';
import { bitOf, clearBit, setBit, settle } from './settle.ts';

/** The move "the operation that returns next passes unnoticed". Other moves are operations. */
export const PASS = -1;

/** The operations of `space` in an order that explains them, made by repeating `moves` from the initial state. */
export function rebuildWitness(space: SearchSpace, levels: Levels, moves: readonly number[]): Int32Array {
  const { transitions, cls } = space;
  const { slot, updaters, updaterStart } = levels;
  const c = emptyConfiguration(levels.words);
  c.state = transitions.init;
  const visible: number[] = [];
  /** Where a free operation may stand: before the entry of `visible` with this position. */
  const hidingPlace = new Map<number, number>();
  const becameFree: number[] = [];
  const passed = new Set<number>();
  const onFree = (op: number): void => {
    hidingPlace.set(op, visible.length);
    becameFree.push(op);
  };
  const rest = (): void => settle(c, space, levels, (op) => visible.push(op), onFree);
  rest();
  for (const move of moves) {
    if (move === PASS) {
      const op = levels.order[c.level]!;
      passed.add(op);
      setBit(c.soft, slot[op]!);
      rest();
      continue;
    }
    const traits = transitions.traits(cls[move]!);
    c.state = transitions.step(c.state, cls[move]!);
    if (slot[move]! >= 0) {
      setBit(traits & BLIND ? c.soft : c.hard, slot[move]!);
      clearBit(c.free, slot[move]!);
    }
    if (traits & OVERWRITING) {
      for (let i = updaterStart[c.level]!; i < updaterStart[c.level + 1]!; i++) {
        const op = updaters[i]!;
        if (!(transitions.traits(cls[op]!) & BLIND) || bitOf(c.soft, slot[op]!) || bitOf(c.free, slot[op]!)) continue;
        setBit(c.free, slot[op]!);
        onFree(op);
      }
    }
    visible.push(move);
    rest();
  }
  return merge(
    visible,
    becameFree.filter((op) => passed.has(op)),
    hidingPlace,
  );
}

/** `hidden` is in the order in which the operations became free, so their places ascend. */
function merge(visible: readonly number[], hidden: readonly number[], place: ReadonlyMap<number, number>): Int32Array {
  const order = new Int32Array(visible.length + hidden.length);
  let h = 0;
  let length = 0;
  for (let v = 0; v <= visible.length; v++) {
    for (; h < hidden.length && place.get(hidden[h]!) === v; h++) order[length++] = hidden[h]!;
    if (v < visible.length) order[length++] = visible[v]!;
  }
  return order;
}
