/** A priority queue of numbers, the least first: `insert`, `delete-min`. */
import type { Value } from '../../../harness/contracts/index.ts';
import { type Bag, bagOf, elementsOf, textOfBag, withOne, withoutOne } from './bag.ts';
import { collection, orderedStep } from './collection.ts';
import { badInit, initialElements } from './initial-state.ts';
import type { Model } from './model.ts';

const NAMES = { insert: 'insert', remove: 'delete-min' } as const;

/** A priority queue that holds the numbers of the list `init` at first. Throws ORDEAL_BAD_OPTION. */
export function priorityQueue(init: Value): Model<Bag> {
  const { accepts, ...shared } = collection(NAMES);
  const elements = initialElements('priority-queue', init);
  if (!elements.every((value) => typeof value === 'number')) throw badInit('priority-queue', init, 'a list of numbers: []');
  return {
    ...shared,
    name: 'priority-queue',
    summary: 'a priority queue of numbers, the least first: insert, delete-min (null or refused: it was empty)',
    accepts: (op) => (accepts?.(op) ?? true) && (op.f !== NAMES.insert || typeof op.input === 'number'),
    init: bagOf(elements),
    step: orderedStep<Bag>(NAMES, { put: withOne, next: (bag) => bag.firstKey(), drop: (bag) => withoutOne(bag, bag.firstKey()!)! }),
    key: textOfBag,
    show: elementsOf,
  };
}
