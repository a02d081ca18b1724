/**
 * Semaphores. O(n log n).
 *
 * Every acquire as late as it can be and every release as early as it can be: then fewer permits are held at any instant than
 * in any other order. If even so too many are, there is no linearization. Releases of unknown outcome are used where they are
 * needed. A release that comes before there is anything to release, and an acquire that was refused, may ask for another
 * order: then this engine does not know.
 */
import { illegal, sortedBy, UNSUITABLE } from '../collections/order.ts';
import { permitsOf } from '../models/semaphore.ts';
import { REFUSED } from '../problem/operation-classes.ts';
import { NEVER } from '../problem/prepare.ts';
import type { Decision, Engine, Problem } from '../search/engine.ts';

export const semaphoreEngine: Engine = {
  name: 'semaphore',
  decide(problem: Problem): Decision {
    const { operations, classes } = problem;
    if (classes.model.name !== 'semaphore') return UNSUITABLE;
    const { count, call, ret, cls } = operations;
    const acquire = classes.history.fs.indexOf('acquire');
    const isAcquire = (op: number): boolean => classes.f(cls[op]!) === acquire;
    const times = new Float64Array(count).map((_, op) => (isAcquire(op) ? ret[op]! : call[op]!));
    const permits = classes.model.init as number;
    let free = ('init' in problem ? problem.init : permits) as number;
    const witness: number[] = [];
    const spare: number[] = [];
    const permitsAt = (op: number): number => permitsOf(classes.operation(cls[op]!));
    for (const op of sortedBy(times)) {
      if (classes.outcome(cls[op]!) === REFUSED) {
        if (ret[op] === NEVER) continue;
        return UNSUITABLE;
      }
      if (!isAcquire(op)) {
        if (ret[op] === NEVER) spare.push(op);
        else {
          free += permitsAt(op);
          if (free > permits) return UNSUITABLE;
          witness.push(op);
        }
        continue;
      }
      if (ret[op] === NEVER) continue;
      while (free < permitsAt(op) && spare.length > 0 && free + permitsAt(spare.at(-1)!) <= permits) {
        free += permitsAt(spare.at(-1)!);
        witness.push(spare.pop()!);
      }
      if (free < permitsAt(op)) return spare.length > 0 ? UNSUITABLE : illegal(operations, []);
      free -= permitsAt(op);
      witness.push(op);
    }
    return { kind: 'legal', witness: Int32Array.from(witness), explored: count };
  },
};
