/** An election: one leader in each term. `elect` and `inspect` return [term, leader]. */
import type { Value } from '../../../harness/contracts/index.ts';
import { badInit } from './initial-state.ts';
import { INCONSISTENT, type Model, type ModelOperation } from './model.ts';
import { mapKey, PersistentMap, valueOfKey } from './persistent-map.ts';
import { isPair, sameValue } from './same-value.ts';

/** The leader of each term. */
type Leaders = PersistentMap<Value>;

/**
 * An election in which the pairs [term, leader] of `init` are known at first. Who learns of a leader may learn of it late: an
 * old term may be told of after a newer one, but never with another leader. A null leader says nothing. Throws ORDEAL_BAD_OPTION.
 */
export function leaderElection(init: Value): Model<Leaders> {
  if (!Array.isArray(init) || !init.every(isPair)) throw badInit('leader-election', init, 'a list of pairs [term, leader]: []');
  return {
    name: 'leader-election',
    summary: 'one leader in each term: elect and inspect return [term, leader]',
    fs: ['elect', 'inspect'],
    init: (init as readonly (readonly [Value, Value])[]).reduce<Leaders>((leaders, [term, leader]) => leaders.set(mapKey(term), leader), PersistentMap.empty()),
    step: learn,
    key: (leaders) => JSON.stringify(leaders.entries()),
    show: (leaders) => leaders.entries().map(([term, leader]) => [valueOfKey(term), leader]),
    accepts: (op) => op.outcome === 'unknown' || (op.outcome === 'ok' && isPair(op.output)),
    changesNothing: (op) => electedBy(op) === undefined,
    // Whatever is left out, the others still agree.
    element: () => undefined,
  };
}

/** The term and its leader; undefined where the operation does not say. */
export function electedBy({ output, outcome }: ModelOperation): readonly [Value, Value] | undefined {
  return outcome === 'ok' && isPair(output) && output[1] !== null ? output : undefined;
}

function learn(leaders: Leaders, op: ModelOperation): Leaders | typeof INCONSISTENT {
  const elected = electedBy(op);
  if (elected === undefined) return leaders;
  const known = leaders.get(mapKey(elected[0]));
  if (known === undefined) return leaders.set(mapKey(elected[0]), elected[1]);
  return sameValue(known, elected[1]) ? leaders : INCONSISTENT;
}
