/**
 * The checker `linearizable`: every operation takes effect at one instant between its call and its return, on an object
 * that behaves as its model says. Keys are judged one by one (linearizability is local). A conviction is minimised and
 * carries a sub-history that an independent verifier tries by brute force; an acquittal has been replayed.
 */
import { z } from 'zod';
import type { Budget, Checker, CheckParts, History, Result, Value } from '../../harness/contracts/index.ts';
import { withPrefixes } from './counterexample/prefix.ts';
import { type Findings, resultOf, total } from './findings.ts';
import { findingsOf, judge, type OrderSink } from './judge.ts';
import { builtInModel, MODEL_NAMES } from './models/catalogue.ts';
import { makeKnown } from './models/known-models.ts';
import type { Model } from './models/model.ts';
import { hasKeys } from './problem/key-groups.ts';
import { isForeign, prepare } from './problem/prepare.ts';
import { type KeyOrder, replayLinearization } from './proof/replay-linearization.ts';
import type { Engine } from './search/engine.ts';
import { ENGINE_NAMES } from './search/engine-names.ts';
import { ENGINES } from './search/engines.ts';
import { judgeSequential } from './sequential/judge-sequential.ts';

const failedCas = z
  .enum(['noop', 'observation'])
  .optional()
  .describe('What a failed cas without an error means: it did not happen and saw nothing, or it saw another value. By default what the model says.');

const consistency = z
  .enum(['linearizable', 'sequential'])
  .default('linearizable')
  .describe(
    'sequential: only the order in which each process did its operations counts, not the clock. It is searched for, all keys together: for small histories.',
  );

const options = z
  .strictObject({
    model: z
      .string()
      .refine((name) => MODEL_NAMES.includes(name), { error: (issue) => `unknown model "${issue.input}" (known: ${MODEL_NAMES.join(', ')})` })
      .default('cas-register')
      .describe(`What the object is: ${MODEL_NAMES.join(', ')}.`),
    init: z.json().optional().describe("The initial value of every key. By default the model's own."),
    failedCas,
    consistency,
    engine: z
      .string()
      .refine((name) => ENGINE_NAMES.includes(name), { error: (issue) => `unknown engine "${issue.input}" (known: ${ENGINE_NAMES.join(', ')})` })
      .optional()
      .describe(`The only engine that may decide: ${ENGINE_NAMES.join(', ')}. By default the first that is made for the problem.`),
    witness: z.boolean().default(false).describe('Whether a valid verdict hands out its linearization, as indices of invocations.'),
  })
  .refine(({ consistency: demanded, engine, witness }) => demanded === 'linearizable' || (engine === undefined && !witness), {
    message: 'sequential consistency has a search of its own: no engine can be chosen for it, and no order is handed out',
  });

export type LinearizableOptions = z.infer<typeof options>;

const summary = 'Every operation takes effect at one instant between its call and its return: no stale reads, no lost writes.';

/** See the head of the file. Throws ORDEAL_FOREIGN_HISTORY when more than 1 % of the operations are none of the model's. */
export const linearizable: Checker<LinearizableOptions> = {
  name: 'linearizable',
  summary,
  options,
  check(history: History, { model: name, init, failedCas: reading, consistency: demanded, engine, witness }: LinearizableOptions, budget: Budget): Result {
    const model = builtInModel(name, init as Value | undefined);
    if (demanded === 'sequential') return judgeSequential('linearizable', history, model, reading, budget);
    const engines = enginesNamed(engine);
    const orders: KeyOrder[] = [];
    const onOrder: OrderSink = (key, invocations) => void orders.push({ key: key ?? null, order: [...invocations] });
    const result = withPrefixes(judge('linearizable', history, model, reading, budget, engines, witness ? onOrder : undefined), model);
    return witness && result.valid === true ? withLinearization(result, history, model, orders, reading) : result;
  },
  parts: {
    most: (history, { consistency: demanded, witness }) => (demanded === 'linearizable' && !witness ? groupsThatPay(history) : 1),
    find: (history, { model: name, init, failedCas: reading, engine }, group, budget) =>
      findingsOf(history, builtInModel(name, init as Value | undefined), { failedCas: reading, engines: enginesNamed(engine), group }, budget),
    merge(history, { model: name, init, ...rest }, findings, lost) {
      const model = builtInModel(name, init as Value | undefined);
      const groups = findings as readonly Findings[];
      // It says so with an example.
      if (
        lost.length === 0 &&
        isForeign(
          total(groups, ({ foreign }) => foreign),
          total(groups, ({ operations }) => operations),
        )
      )
        prepare(history, model, { failedConditions: readingOf(model, rest.failedCas) });
      return withPrefixes(resultOf('linearizable', groups, lost), model);
    },
  } satisfies CheckParts<LinearizableOptions>,
};

/** Judging fewer operations takes no longer than starting a thread. */
const OPERATIONS_A_GROUP = 500_000;

function groupsThatPay(history: History): number {
  let most = Math.floor(history.length / 2 / OPERATIONS_A_GROUP);
  while (most > 1 && !hasKeys(history, most)) most--;
  return Math.max(1, most);
}

function enginesNamed(name: string | undefined): readonly Engine[] {
  return name === undefined ? ENGINES : ENGINES.filter((each) => each.name === name);
}

function readingOf(model: Model, failedCas: LinearizableOptions['failedCas']): 'no-op' | 'observation' {
  return failedCas === undefined ? (model.failedConditions ?? 'no-op') : failedCas === 'noop' ? 'no-op' : 'observation';
}

/** Only what the independent verifier has replayed is handed out: as `linearization` in the statistics. */
function withLinearization(result: Result, history: History, model: Model, orders: readonly KeyOrder[], reading: LinearizableOptions['failedCas']): Result {
  const failedConditions = readingOf(model, reading);
  const { ok, why } = replayLinearization(history, model, orders, failedConditions);
  if (ok) return { ...result, stats: { ...(result.stats as Readonly<Record<string, Value>>), linearization: orders as unknown as Value } };
  const reason = { code: 'witness-refused', message: `the linearization was refused by the verifier: ${why}`, remedy: 'Please report it with the history.' };
  return { checker: result.checker, stats: result.stats, valid: 'unknown', reasons: [reason] };
}

const userOptions = z.strictObject({ failedCas, consistency });

/**
 * A checker for a model of one's own: export it from a module and name it by reference. The model must not have the name of
 * a built-in one.
 */
export function linearizableWith<S>(model: Model<S>): Checker<z.infer<typeof userOptions>> {
  makeKnown(model as unknown as Model);
  return {
    name: 'linearizable',
    summary,
    options: userOptions,
    check: (history, { failedCas: reading, consistency: demanded }, budget) => {
      const own = model as unknown as Model;
      if (demanded === 'sequential') return judgeSequential('linearizable', history, own, reading, budget);
      return withPrefixes(judge('linearizable', history, own, reading, budget), own);
    },
  };
}
