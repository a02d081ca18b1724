/** Compares the checker with its definition on many random histories. */
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { writtenHistory } from '../../testing/written-history.ts';
import { sideEffects } from '../side-effects.ts';
import { type Guarantee, naiveAnomalies, randomEvents } from './naive.ts';

const GUARANTEES: readonly Guarantee[] = ['exactly-once', 'at-most-once', 'at-least-once'];

export interface Comparison {
  readonly histories: number;
  readonly convicted: number;
  readonly mismatches: readonly string[];
}

/** Histories short enough that every anomaly is spelled out. */
const STEPS = 14;

export function compareWithNaive(histories: number, seed: number): Comparison {
  const mismatches: string[] = [];
  let convicted = 0;
  const root = createRng(seed);
  for (let n = 0; n < histories; n++) {
    const rng = root.fork(n);
    const history = writtenHistory(randomEvents((limit) => rng.int(0, limit - 1), STEPS));
    const guarantee = GUARANTEES[n % GUARANTEES.length]!;
    const result = sideEffects.check(history, sideEffects.options.parse({ guarantee }), UNLIMITED);
    const expected = naiveAnomalies(history, guarantee);
    const anomalies = result.valid === false ? result.anomalies : [];
    const found = anomalies.map(({ type, ops }) => `${type} ${history.event(ops[0]!).key}`).sort();
    if (found.length > 0) convicted++;
    if (found.length >= 8) continue; // some may not be spelled out
    const failing = anomalies.find((anomaly) => !verifyCertificate(history, anomaly).ok);
    if (found.join() !== expected.join() || failing) mismatches.push(`history ${n} (${guarantee}): [${found}] instead of [${expected}]`);
  }
  return { histories, convicted, mismatches };
}
