/**
 * The checker `saga`: when all is quiet, each saga has done all of its steps or has undone those that it did. The ledger of
 * effects is the witness: an effect {"step"} is a step done, {"undo"} is its compensation; its key is the saga. An
 * acknowledged saga has done all, a refused one nothing in the end, one of unknown outcome either, but never half.
 * O(events + steps).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { conclude, spellOut } from '../verdict/conclude.ts';
import { collectSagas, type Saga, type Sagas } from './collect.ts';

const options = z.strictObject({
  saga: z.string().default('saga').describe('The name of the operation that begins a saga: its key is the saga, its value the list of its steps.'),
});

export type SagaOptions = z.infer<typeof options>;

const TYPES = ['half-done', 'step-repeated', 'undone-too-often', 'failed-but-visible', 'lost-effect', 'unexpected-step'] as const;

interface Finding {
  readonly type: (typeof TYPES)[number];
  readonly saga: Saga;
  /** The event that shows it last. */
  readonly at: number;
  readonly what: string;
}

/** See the head of the file. */
export const saga: Checker<SagaOptions> = {
  name: 'saga',
  summary: 'At the end each saga has done all of its steps, or has undone those that it did.',
  options,
  check(history: History, opts: SagaOptions, budget: Budget): Result {
    const sagas = collectSagas(history, opts.saga, budget);
    // what was not seen did not happen only where the ledger was read to its end
    const found = sagas.complete ? sagas.sagas.flatMap((one) => judge(history, one)) : [];
    const of = (type: string): Finding[] => found.filter((finding) => finding.type === type);
    const counts = Object.fromEntries(TYPES.map((type) => [type, of(type).length]));
    const fates = Object.fromEntries(
      (['acknowledged', 'refused', 'unknown'] as const).map((fate) => [fate, sagas.sagas.filter((one) => one.fate === fate).length]),
    );
    const stats: Value = { sagas: sagas.sagas.length, ...fates, effects: sagas.effects, compensations: sagas.compensations, ...counts };
    const anomalies = TYPES.flatMap((type) => spellOut(of(type), (finding) => tell(history, opts, finding)));
    return conclude('saga', stats, anomalies, openQuestions(sagas, opts), untried(sagas));
  },
};

function judge(history: History, one: Saga): Finding[] {
  const { steps, net, effects, fate, invoked } = one;
  const last = effects.at(-1);
  const found: Finding[] = [];
  const foreign = effects.find(({ step }) => !steps.includes(step));
  if (foreign !== undefined) found.push({ type: 'unexpected-step', saga: one, at: foreign.at, what: foreign.step });
  const often = steps.find((step) => (net.get(step) ?? 0) > 1);
  if (often !== undefined) found.push({ type: 'step-repeated', saga: one, at: last!.at, what: often });
  const below = steps.find((step) => (net.get(step) ?? 0) < 0);
  if (below !== undefined) found.push({ type: 'undone-too-often', saga: one, at: last!.at, what: below });
  if (often !== undefined || below !== undefined) return found;
  const done = steps.filter((step) => net.get(step) === 1);
  const missing = steps.filter((step) => net.get(step) !== 1);
  if (done.length > 0 && missing.length > 0)
    found.push({ type: 'half-done', saga: one, at: last!.at, what: `${done.join(', ')}, but not ${missing.join(', ')}` });
  else if (done.length > 0 && fate === 'refused') found.push({ type: 'failed-but-visible', saga: one, at: last!.at, what: done.join(', ') });
  else if (done.length === 0 && fate === 'acknowledged') found.push({ type: 'lost-effect', saga: one, at: history.columns.pair[invoked]!, what: '' });
  return found;
}

function tell(history: History, { saga: f }: SagaOptions, { type, saga: one, at, what }: Finding): Anomaly {
  const { key } = history.event(one.invoked);
  const ended = one.fate === 'unknown' ? 'has an unknown outcome' : `was ${one.fate} at ${whenAt(history, history.columns.pair[one.invoked]!)}`;
  const who = `saga ${words(key)}, begun by ${whoAt(history, one.invoked)} at ${whenAt(history, one.invoked)},`;
  const sentences: Readonly<Record<Finding['type'], string>> = {
    'half-done': `${who} ${ended}, and at the end it has done ${what}`,
    'step-repeated': `${who} has done ${what} ${one.net.get(what)} times at the end`,
    'undone-too-often': `${who} has undone ${what} more often than it did it`,
    'failed-but-visible': `${who} ${ended}, yet at the end it has done all of its steps`,
    'lost-effect': `${who} ${ended}, but at the end it has done none of its steps`,
    'unexpected-step': `${who} has an effect of the step ${what} at ${whenAt(history, at)}, which is none of its steps`,
  };
  const data = { saga: f, invoked: one.invoked, at, step: what };
  return { type, ops: [one.invoked, at], sentence: sentences[type], certificate: { kind: `saga/${type}`, data } };
}

function openQuestions({ sagas, complete, unclear }: Sagas, { saga: f }: SagaOptions): Reason[] {
  const reasons: Reason[] = [];
  if (!sagas.some(({ fate }) => fate === 'acknowledged')) reasons.push({ code: 'nothing-acknowledged', message: `no "${f}" was acknowledged` });
  if (!complete) {
    const remedy = 'Let the run end by itself, and the service under test speak to the ledger.';
    reasons.push({ code: 'ledger-incomplete', message: `the ledger was not read to its end after the last "${f}"`, remedy });
  }
  if (unclear.length > 0)
    reasons.push({ code: 'ambiguous-intent', message: `${unclear.length} "${f}" have no key of their own, or no list of steps (event ${unclear[0]})` });
  return reasons;
}

function untried({ compensations, complete }: Sagas): Reason[] {
  return compensations > 0 || !complete ? [] : [{ code: 'never-compensated', message: 'no step was ever undone: whether compensation works was not tried' }];
}
