/**
 * Unordered queues of distinct elements. O(n log n).
 *
 * Elements have nothing to do with each other but for operations that found nothing: these get instants at which the queue can
 * have been empty (`emptiness`), and what was put in before such an instant must be gone by then. Each element is put in as
 * early as it can, but after the last such instant before it goes; and goes as early as it can.
 */
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import type { Decision, Engine, Problem } from '../search/engine.ts';
import { assignTakers, elementsThereIn, emptyInstants, indexFrom } from './emptiness.ts';
import { illegal, Points, UNSUITABLE } from './order.ts';
import { type Pairs, pairUp } from './pairs.ts';
import { orUnsuitable } from './relaxed.ts';

/** What happens at one instant, in this order. */
const PASSES_THROUGH = 0;
const REMOVED = 1;
const EMPTY = 2;
const INSERTED = 3;
const PHASES = 4;

export const unorderedEngine: Engine = {
  name: 'unordered-queue',
  decide(problem: Problem): Decision {
    if (problem.classes.model.name !== 'unordered-queue' || 'init' in problem) return UNSUITABLE;
    const pairing = pairUp(problem, 'enqueue');
    if (pairing.kind === 'repeated') return UNSUITABLE;
    if (pairing.kind === 'illegal') return illegal(problem.operations, pairing.core);
    return orUnsuitable(decideQueue, pairing.pairs, problem.operations);
  },
};

function decideQueue(pairs: Pairs, operations: KeyOperations): Decision {
  const { call, ret } = operations;
  const emptiness = emptyInstants(pairs, operations);
  if ('impossible' in emptiness) {
    const op = emptiness.impossible;
    return illegal(operations, [op, ...elementsThereIn(pairs, call[op]!, ret[op]!)]);
  }
  const { count, insert, insertCall, insertRet, empties } = pairs;
  const emptyAt = emptiness.instants.slice().sort();
  const deadline = insertRet.map((time, i) => (pairs.removeRet[i] === NEVER ? (emptyAt[indexFrom(emptyAt, time)] ?? NEVER) : NEVER));
  const takers = assignTakers(pairs, deadline, call);
  if ('stuck' in takers) return illegal(operations, elementsThereIn(pairs, insertRet[takers.stuck]!, deadline[takers.stuck]!));
  const points = new Points(2 * count + empties.length);
  for (let i = 0; i < count; i++) {
    const gone = takers.from[i]!;
    const since = Math.max(insertCall[i]!, emptyAt[indexFrom(emptyAt, gone) - 1] ?? Number.NEGATIVE_INFINITY);
    points.add(insert[i]!, since * PHASES + (since === gone ? PASSES_THROUGH : INSERTED));
    points.add(takers.by[i]!, gone * PHASES + REMOVED);
  }
  for (const [i, op] of empties.entries()) points.add(op, emptiness.instants[i]! * PHASES + EMPTY);
  return { kind: 'legal', witness: points.linearization(), explored: operations.count };
}
