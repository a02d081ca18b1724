/** Elections: operations agree where they name the same leader for each term, and then any order will do. O(n). */
import type { Value } from '../../../harness/contracts/index.ts';
import { illegal, UNSUITABLE } from '../collections/order.ts';
import { electedBy } from '../models/leader-election.ts';
import { type MapKey, mapKey } from '../models/persistent-map.ts';
import { sameValue } from '../models/same-value.ts';
import { NEVER } from '../problem/prepare.ts';
import type { Decision, Engine, Problem } from '../search/engine.ts';

export const electionEngine: Engine = {
  name: 'leader-election',
  decide(problem: Problem): Decision {
    const { operations, classes } = problem;
    if (classes.model.name !== 'leader-election' || 'init' in problem) return UNSUITABLE;
    const known: number[] = [];
    for (let op = 0; op < operations.count; op++) if (operations.ret[op] !== NEVER) known.push(op);
    const first = new Map<MapKey, { readonly op: number; readonly leader: Value }>(
      initially(problem).map(([term, leader]) => [mapKey(term), { op: -1, leader }]),
    );
    for (const op of known) {
      const elected = electedBy(classes.operation(operations.cls[op]!));
      if (elected === undefined) continue;
      const [term, leader] = elected;
      const before = first.get(mapKey(term));
      if (before === undefined) first.set(mapKey(term), { op, leader });
      else if (!sameValue(before.leader, leader)) return illegal(operations, [before.op, op]);
    }
    return { kind: 'legal', witness: Int32Array.from(known), explored: operations.count };
  },
};

function initially({ classes: { model } }: Problem): readonly (readonly [Value, Value])[] {
  return model.show!(model.init) as unknown as readonly (readonly [Value, Value])[];
}
