/** A queue without an order: `enqueue`, and `dequeue` of any element. */
import type { Value } from '../../../harness/contracts/index.ts';
import { type Bag, bagOf, elementsOf, textOfBag, withOne, withoutOne } from './bag.ts';
import { collection, foundNothing } from './collection.ts';
import { initialElements } from './initial-state.ts';
import { INCONSISTENT, type Model, type ModelOperation } from './model.ts';

/**
 * A dequeue of unknown outcome took something out, nobody knows what: it is owed. It may as well have taken effect later, so
 * what is enqueued later can settle the debt too.
 */
interface Owing {
  readonly bag: Bag;
  /** How many elements there are, those that are owed included. */
  readonly size: number;
  readonly owed: number;
}

/** An unordered queue that holds the elements of the list `init` at first. Throws ORDEAL_BAD_OPTION. */
export function unorderedQueue(init: Value): Model<Owing> {
  const elements = initialElements('unordered-queue', init);
  return {
    ...collection({ insert: 'enqueue', remove: 'dequeue' }),
    name: 'unordered-queue',
    summary: 'a queue without an order: enqueue, dequeue of any element (null or refused: it was empty)',
    init: { bag: bagOf(elements), size: elements.length, owed: 0 },
    changesNothing: () => false,
    step: dequeueAny,
    key: ({ bag, owed }) => `${owed} ${textOfBag(bag)}`,
    show: ({ bag, owed }) => (owed === 0 ? elementsOf(bag) : { elements: elementsOf(bag), 'taken out by unknown dequeues': owed }),
  };
}

function dequeueAny(state: Owing, op: ModelOperation): Owing | typeof INCONSISTENT {
  const { bag, size, owed } = state;
  if (op.f === 'enqueue') return { bag: withOne(bag, op.input), size: size + 1, owed };
  if (op.outcome === 'unknown') return size > owed ? { bag, size, owed: owed + 1 } : state;
  // Whatever was owed is gone: so this changes what is known, though nothing in the queue.
  if (foundNothing(op)) return size === owed ? { bag: bagOf([]), size: 0, owed: 0 } : INCONSISTENT;
  const rest = withoutOne(bag, op.output!);
  return rest !== undefined && size > owed ? { bag: rest, size: size - 1, owed } : INCONSISTENT;
}
