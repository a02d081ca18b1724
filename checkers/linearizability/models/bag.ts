/** Elements with how often each is there, as a state of a model. */
import type { Value } from '../../../harness/contracts/index.ts';
import { mapKey, PersistentMap, valueOfKey } from './persistent-map.ts';

export type Bag = PersistentMap<number>;

export function bagOf(values: readonly Value[]): Bag {
  return values.reduce<Bag>(withOne, PersistentMap.empty());
}

export function withOne(bag: Bag, value: Value): Bag {
  const key = mapKey(value);
  return bag.set(key, (bag.get(key) ?? 0) + 1);
}

/** Without one of those that equal `value`; undefined where there is none. */
export function withoutOne(bag: Bag, value: Value): Bag | undefined {
  const key = mapKey(value);
  const count = bag.get(key);
  if (count === undefined) return undefined;
  return count === 1 ? bag.delete(key) : bag.set(key, count - 1);
}

/** Sorted: numbers by size, then the rest. */
export function elementsOf(bag: Bag): Value[] {
  return bag.entries().flatMap(([key, count]) => new Array<Value>(count).fill(valueOfKey(key)));
}

export function textOfBag(bag: Bag): string {
  return bag.entries().join(' ');
}
