/** In which states an operation could have happened, as far as the other operations of a small sub-history go. */
import type { Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { INCONSISTENT, type Model } from '../models/model.ts';
import type { TimedOperation } from '../proof/oracle.ts';
import { showState } from '../search/model-space.ts';

/** How many (set, state) pairs to look at: what has not been found by then is not shown. */
const LIMIT = 20_000;

/** With more states than this none is shown: nobody reads them. */
const MOST_STATES = 100;

/** States, shown, in which `failing` would stand between its call and its return. */
export function possibleStates(model: Model, others: readonly TimedOperation[], failing: TimedOperation, inits: readonly unknown[]): Value[] {
  const seen = new Set<string>();
  const states = new Map<string, Value>();
  const done = others.map(() => '0');
  const visit = (state: unknown): void => {
    const shown = canonicalJson(showState(model, state));
    const key = `${done.join('')} ${shown}`;
    if (seen.has(key) || seen.size > LIMIT) return;
    seen.add(key);
    const waiting = others.filter((_, i) => done[i] === '0');
    const firstReturn = Math.min(Number.POSITIVE_INFINITY, ...waiting.map((op) => op.ret));
    if (firstReturn > failing.call) states.set(shown, showState(model, state));
    others.forEach((op, i) => {
      if (done[i] === '1' || op.call > firstReturn || op.call > failing.ret) return;
      const next = model.step(state, op.operation);
      if (next === INCONSISTENT) return;
      done[i] = '1';
      visit(next);
      done[i] = '0';
    });
  };
  for (const init of inits) visit(init);
  return states.size > MOST_STATES ? [] : [...states.values()];
}
