/** What fuzzing goes through: cases drawn from seed, name and number, judged by engines, by the checker, and by the oracle. */
import type { History, Rng } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { judge } from '../judge.ts';
import type { Model } from '../models/model.ts';
import type { Engine } from '../search/engine.ts';
import { decidedBy, disagreement, isLinearizable, type Tally } from './against-oracle.ts';
import { countShape, noShapes, type Shapes } from './shapes.ts';

/** A history and the model to judge it by. */
export interface Drawn {
  readonly history: History;
  readonly model: Model;
}

/** What goes wrong with one case; undefined when nothing does. */
export type Case = (rng: Rng, tally: Tally) => { readonly problem: string | undefined; readonly history: History };

export interface FuzzTarget {
  readonly name: string;
  /** Cases between two looks at the clock. */
  readonly batch: number;
  readonly run: Case;
}

/**
 * Runs cases `from` … `from + cases - 1` of a target, and counts into `tally` and `shapes`. Throws at the first problem, with
 * the seed and the history where it is short.
 */
export function fuzzTarget(
  { name, run }: FuzzTarget,
  seed: string | number,
  from: number,
  cases: number,
  tally: Tally = new Map(),
  shapes: Shapes = noShapes(),
): Tally {
  const rng = createRng(seed).fork(name);
  for (let i = from; i < from + cases; i++) {
    const { problem, history } = run(rng.fork(i), tally);
    countShape(shapes, history);
    if (problem === undefined) continue;
    throw new Error(`${name}, seed ${seed}, case ${i}: ${problem}\n${history.length < 100 ? written(history) : `${history.length} events`}`);
  }
  return tally;
}

/** Engines and the oracle. */
export const againstOracle =
  (engines: readonly Engine[], draw: (rng: Rng) => Drawn): Case =>
  (rng, tally) => {
    const { history, model } = draw(rng);
    return { problem: disagreement(engines, history, model, tally), history };
  };

/** The whole checker and the oracle; every certificate must hold. */
export const checkerAgainstOracle =
  (draw: (rng: Rng) => Drawn): Case =>
  (rng, tally) => {
    const { history, model } = draw(rng);
    return { problem: wrongVerdict(history, model, tally), history };
  };

function wrongVerdict(history: History, model: Model, tally: Tally): string | undefined {
  const reading = model.failedConditions && (model.failedConditions === 'observation' ? 'observation' : 'noop');
  const result = judge('linearizable', history, model, reading, UNLIMITED);
  const decided = decidedBy(tally, 'checker');
  if (result.valid === 'unknown') {
    decided.unsuitable++;
    return result.reasons[0].code === 'nothing-checked' ? undefined : result.reasons[0].message;
  }
  decided[result.valid ? 'legal' : 'illegal']++;
  if (result.valid !== isLinearizable(history, model)) return `the checker says ${result.valid}`;
  if (result.valid) return undefined;
  for (const anomaly of result.anomalies) {
    const { ok, why } = verifyCertificate(history, anomaly);
    if (!ok) return `"${anomaly.sentence}" was refused: ${why}\n${JSON.stringify(anomaly.certificate.data)}`;
  }
  return undefined;
}

/**
 * Puts a violation of that kind into a valid history, so many `times`, each time into that history and elsewhere: every one is
 * convicted, and its certificates hold. `plant` gives undefined where the history has no place for one.
 */
export function plantedViolations(
  kind: string,
  model: Model,
  plant: (rng: Rng) => History | undefined,
  rng: Rng,
  times: number,
  tally: Tally,
): ReturnType<Case> | undefined {
  let last: History | undefined;
  for (let i = 0; i < times; i++) {
    last = plant(rng.fork(i));
    if (last === undefined) return undefined;
    const problem = unconvicted(kind, last, model);
    if (problem !== undefined) return { problem: `${problem} (violation ${i})`, history: last };
    decidedBy(tally, 'checker').illegal++;
  }
  return last && { problem: undefined, history: last };
}

/** What is wrong with the verdict on a history into which a violation of that kind was put; undefined when it is convicted and the certificates hold. */
function unconvicted(kind: string, history: History, model: Model): string | undefined {
  const result = judge('fuzz', history, model, undefined, UNLIMITED);
  if (result.valid !== false) return `"${kind}" was put in, and the history is ${result.valid}`;
  const refused = result.anomalies.map((anomaly) => verifyCertificate(history, anomaly)).find(({ ok }) => !ok);
  return refused && `"${kind}" was found, but its certificate was refused: ${refused.why}`;
}

/** A history, one line an event. */
export function written(history: History): string {
  const lines: string[] = [];
  for (let i = 0; i < history.length; i++) {
    const { process, type, f, key, value, applied } = history.event(i);
    lines.push(`${i}: ${process} ${type} ${f} ${key === undefined ? '' : `key ${key} `}${JSON.stringify(value)}${applied === false ? ' (refused)' : ''}`);
  }
  return lines.join('\n');
}
