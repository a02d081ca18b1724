/** Fuzzing of the general search and of the checker as a whole, by registers and strings. */
import type { Rng } from '../../../harness/contracts/index.ts';
import { builtInModel } from '../models/catalogue.ts';
import { makeKnown } from '../models/known-models.ts';
import type { Model } from '../models/model.ts';
import { windowedEngine } from '../search/windowed-engine.ts';
import { disagreementOnLonger, wrongLocalRefutation } from './against-oracle.ts';
import { againstOracle, type Case, checkerAgainstOracle, type Drawn, type FuzzTarget } from './fuzz-target.ts';
import { kvOperations, randomHistory, registerOperations } from './random-history.ts';

/** The same register without a word about itself but `init` and `step`, as a user might write it. */
function bareRegister(): Model {
  const { fs, init, step } = builtInModel('cas-register');
  const model: Model = { name: 'bare-register', summary: 'a register', fs, init, step, conditional: ['cas'] };
  makeKnown(model);
  return model;
}

const MODELS: readonly Model[] = [builtInModel('cas-register'), builtInModel('cas-register'), builtInModel('kv'), bareRegister()];

/** Reads and compare-and-sets to one write: the last two are about what unknown writes do to refused operations. */
const KINDS = [
  { reads: 2, cas: 1 },
  { reads: 2, cas: 1 },
  { reads: 1, cas: 4 },
  { reads: 0, cas: 1 },
] as const;

const one = <T>(rng: Rng, list: readonly T[]): T => list[rng.int(0, list.length - 1)]!;

/** A small history of one of several shapes, and the model to judge it by. */
function smallHistory(rng: Rng, options: { readonly keys: number; readonly failed: number; readonly models?: readonly Model[] }): Drawn {
  const model = one(rng, options.models ?? MODELS);
  const values = one(rng, [0, 1, 2, 3]);
  const history = randomHistory(rng, {
    model,
    ...(model.name === 'kv' ? kvOperations(values) : registerOperations(values, one(rng, KINDS))),
    operations: rng.int(2, 7) * options.keys,
    crashed: one(rng, [0, 0.2, 0.5, 0.7]),
    corrupted: one(rng, [0, 0.1, 0.3, 0.6]),
    overlap: one(rng, [2, 4, 8]) * options.keys,
    keys: options.keys,
    failed: options.failed,
  });
  return { history, model };
}

/** Histories of one key, of registers and strings, also of a register that says nothing of itself. */
export const small =
  (models: readonly Model[] = MODELS) =>
  (rng: Rng): Drawn =>
    smallHistory(rng, { keys: 1, failed: 0, models });

/**
 * A history that is too long for the oracle: against the verifier's own search where it can, else (up to 60 operations in
 * flight, linearizable by construction) against what is known of it.
 */
const longer: Case = (rng) => {
  const model = builtInModel(rng.int(0, 3) === 0 ? 'kv' : 'cas-register');
  const wide = rng.int(0, 3) === 0;
  const values = rng.int(0, 4);
  const history = randomHistory(rng, {
    model,
    ...(model.name === 'kv' ? kvOperations(values) : registerOperations(values)),
    operations: wide ? rng.int(50, 120) : rng.int(10, 26),
    crashed: one(rng, [0, 0.1, 0.3]),
    corrupted: wide ? 0 : one(rng, [0, 0.03, 0.1]),
    overlap: wide ? 60 : one(rng, [2, 4, 8]),
  });
  return { problem: disagreementOnLonger(windowedEngine, history, model, wide ? 'linearizable' : 'not known'), history };
};

const localRefutation: Case = (rng) => {
  const { history, model } = smallHistory(rng, { keys: 1, failed: 0, models: [builtInModel('cas-register')] });
  return { problem: wrongLocalRefutation(history, model), history };
};

export const GENERAL_TARGETS: readonly FuzzTarget[] = [
  { name: 'oracle: any register', batch: 2_000, run: againstOracle([windowedEngine], small()) },
  { name: 'checker: two keys', batch: 500, run: checkerAgainstOracle((rng) => smallHistory(rng, { keys: 2, failed: 0.1 })) },
  { name: 'longer histories, by the verifier', batch: 50, run: longer },
  { name: 'local refutations', batch: 200, run: localRefutation },
];
