/** A queue, first in, first out: `enqueue`, `dequeue`. */
import type { Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { collection, orderedStep } from './collection.ts';
import { initialElements } from './initial-state.ts';
import type { Model } from './model.ts';

const NAMES = { insert: 'enqueue', remove: 'dequeue' } as const;

interface Cell {
  readonly value: Value;
  readonly next: Cell | null;
}

/** Two stacks (Hood & Melville 1981): elements leave the front; the back is turned round when the front is used up. */
interface Queue {
  readonly front: Cell | null;
  readonly back: Cell | null;
}

/** A queue that holds the elements of the list `init` at first, the next to leave in front. Throws ORDEAL_BAD_OPTION. */
export function fifoQueue(init: Value): Model<Queue> {
  return {
    ...collection(NAMES),
    name: 'fifo-queue',
    summary: 'a queue, first in, first out: enqueue, dequeue (null or refused: it was empty)',
    init: initialElements('fifo-queue', init).reduce(put, { front: null, back: null }),
    step: orderedStep(NAMES, { put, next: ({ front }) => front?.value, drop }),
    key: (queue) => canonicalJson(elements(queue)),
    show: elements,
  };
}

function put({ front, back }: Queue, value: Value): Queue {
  return front === null ? { front: { value, next: null }, back } : { front, back: { value, next: back } };
}

function drop({ front, back }: Queue): Queue {
  const rest = front!.next;
  if (rest !== null) return { front: rest, back };
  let turned: Cell | null = null;
  for (let cell = back; cell !== null; cell = cell.next) turned = { value: cell.value, next: turned };
  return { front: turned, back: null };
}

function elements({ front, back }: Queue): Value[] {
  const list: Value[] = [];
  for (let cell = front; cell !== null; cell = cell.next) list.push(cell.value);
  const later: Value[] = [];
  for (let cell = back; cell !== null; cell = cell.next) later.push(cell.value);
  return [...list, ...later.reverse()];
}
