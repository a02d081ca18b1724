/**
 * Refused exchanges that the register of versions lets pass, in an order of all others: each at the earliest place at which
 * the key holds something else than the exchange expected. A later place never helps another one, so this finds places for
 * all of them whenever this order has them.
 */
import type { Value } from '../../../harness/contracts/index.ts';
import { byColumn } from '../registers/by-column.ts';
import { bounds, withRefused } from '../registers/chains/refused.ts';
import type { Problem } from '../search/engine.ts';
import type { VersionForm } from './version-form.ts';

/** The order with those exchanges at their places, wherever they stood; undefined where one has none. O(n + r log r + r × places passed over). */
export function withPassed({ form, passed }: VersionForm, witness: Int32Array, problem: Problem): Int32Array | undefined {
  const { call, ret } = form;
  const { classes, operations } = problem;
  const refused = Int32Array.from(passed).sort();
  const moved = new Set(passed);
  const order = witness.filter((op) => !moved.has(op));
  const states = statesIn(order, problem);
  const { calledBefore, returnsFrom } = bounds(form, order);
  const byReturn = byColumn(
    refused.map((_, i) => i),
    refused.map((op) => ret[op]!),
  );
  const place = new Int32Array(refused.length);
  let earliest = 0;
  let atLeast = 0;
  let over = 0;
  for (let i = 0; i < refused.length; i++) {
    const op = refused[i]!;
    const [expected] = classes.operation(operations.cls[op]!).input as readonly Value[];
    while (returnsFrom[earliest]! < call[op]!) earliest++;
    for (; ret[refused[byReturn[over]!]!]! < call[op]!; over++) atLeast = Math.max(atLeast, place[byReturn[over]!]!);
    let at = Math.max(earliest, atLeast);
    while (at <= order.length && states[at] === expected) at++;
    if (at > order.length || calledBefore[at]! > ret[op]!) return undefined;
    place[i] = at;
  }
  return withRefused(order, { refused, place });
}

/** By position in the order: what the key holds before what stands there. */
function statesIn(order: Int32Array, { operations, classes, ...rest }: Problem): unknown[] {
  const { model } = classes;
  const states: unknown[] = ['init' in rest ? rest.init : model.init];
  for (let i = 0; i < order.length; i++) states.push(model.step(states[i], classes.operation(operations.cls[order[i]!]!)));
  return states;
}
