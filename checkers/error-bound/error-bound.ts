/**
 * The checker `error-bound`: estimates of a sum, or of the number of distinct elements (approximate counters, HyperLogLog,
 * samples), are within an error epsilon of the truth with probability delta. The truth at an estimate lies between what had
 * been acknowledged when it began and all that may have been added when it ended; an estimate misses only if it is too far
 * off whatever the truth is in there. With delta 1 one miss convicts. Else misses are counted against chance: that they are
 * so many, if each estimate missed with probability 1 - delta, must be less likely than the `significance` (a one-sided
 * exact binomial test; Clopper and Pearson, Biometrika 1934). Chance must be anew in each estimate that is counted:
 * estimates of one sketch are not, so that by default each key counts once, by its last estimate. O(events).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { conclude } from '../verdict/conclude.ts';
import { tailOf } from './binomial.ts';
import { allowed, collectEstimates, type Estimate, type Estimates } from './estimates.ts';

const options = z.strictObject({
  of: z
    .enum(['sum', 'distinct'])
    .default('sum')
    .describe('What is estimated: the sum of what was added (1 each where there is no number), or how many different elements were.'),
  epsilon: z.number().min(0).optional().describe('How far off an estimate may be.'),
  error: z.enum(['relative', 'absolute']).default('relative').describe('Whether epsilon is a share of the truth, or a number.'),
  delta: z.number().gt(0).max(1).default(1).describe('The probability with which an estimate is within epsilon, at least. 1: each is.'),
  significance: z
    .number()
    .gt(0)
    .lt(1)
    .default(1e-6)
    .describe('So unlikely by chance must be what convicts, where delta is less than 1: the probability of a false conviction.'),
  independent: z
    .enum(['keys', 'estimates'])
    .default('keys')
    .describe('What has chances of its own, where delta is less than 1: each key (a sketch), of which the last estimate counts; or each estimate.'),
  reads: z
    .enum(['every', 'final'])
    .default('every')
    .describe('Which estimates are judged: every one, or (eventual ones) only those that began when all that was added to their key had ended.'),
  add: z.string().default('add').describe('The name of the operation that adds to a key.'),
  read: z.string().default('read').describe('The name of the operation that estimates: a number, or {"estimate"}.'),
});

export type ErrorBoundOptions = z.infer<typeof options>;

/** So many misses are named. */
const NAMED = 8;

interface Judgement {
  readonly trials: number;
  readonly misses: readonly Estimate[];
  /** How likely so many are by chance. */
  readonly chance: number;
  /** Estimates of which the truth is known to within epsilon. */
  readonly sharp: number;
}

/** See the head of the file. */
export const errorBound: Checker<ErrorBoundOptions> = {
  name: 'error-bound',
  summary: 'Estimates are within an error epsilon of the truth with probability delta, as far as chance can tell.',
  options,
  check(history: History, asked: ErrorBoundOptions, budget: Budget): Result {
    const { delta, significance, epsilon } = asked;
    const law = { ...asked, epsilon: epsilon ?? Infinity, independent: delta === 1 ? 'estimates' : asked.independent };
    const collected = collectEstimates(history, law, budget);
    const judgement = judge(collected.judged, law, delta);
    const { trials, misses, chance, sharp } = judgement;
    const { estimates, acknowledged, refused, unknown } = collected;
    const stats: Value = { acknowledged, refused, unknown, estimates, judged: trials, sharp, misses: misses.length, chance };
    const isBroken = misses.length > 0 && chance < significance && collected.foreign === 0;
    const anomalies = isBroken ? [tell(history, asked, judgement)] : [];
    return conclude('error-bound', { ...stats, anomalies: isBroken ? { 'outside-bound': 1 } : {} }, anomalies, openQuestions(collected, judgement, asked));
  },
};

function judge(judged: readonly Estimate[], law: Parameters<typeof allowed>[1], delta: number): Judgement {
  const misses = judged.filter((estimate) => {
    const [least, most] = allowed(estimate, law);
    return estimate.value < least || estimate.value > most;
  });
  const sharp = judged.filter(({ least, most }) => most - least <= (law.error === 'absolute' ? law.epsilon : law.epsilon * Math.abs(least))).length;
  return { trials: judged.length, misses, chance: tailOf(misses.length, judged.length, 1 - delta), sharp };
}

function tell(history: History, law: ErrorBoundOptions, { trials, misses, chance }: Judgement): Anomaly {
  const first = misses[0]!;
  const { key } = history.event(first.at);
  const truth = first.least === first.most ? `${first.least}` : `${first.least} to ${first.most}`;
  const of = key === undefined ? '' : ` of ${words(key)}`;
  const example = `${whoAt(history, first.at)} was told ${first.value}${of} at ${whenAt(history, first.at)}, and the truth was ${truth}`;
  const off = `${misses.length} of ${trials} estimates ${misses.length === 1 ? 'is' : 'are'} off by more than ${law.epsilon}${law.error === 'relative' ? ' of the truth' : ''}`;
  const odds = law.delta === 1 ? '' : `; if each were within with probability ${law.delta}, that would happen with probability ${chance.toExponential(1)}`;
  const { significance, epsilon = 0, ...rest } = law;
  const ops = misses.slice(0, NAMED).map(({ at }) => at);
  const data = { law: { ...rest, significance, epsilon } as Value, misses: misses.length, trials };
  return { type: 'outside-bound', ops, sentence: `${off}: ${example}${odds}`, certificate: { kind: 'error-bound/outside-bound', data } };
}

function openQuestions(collected: Estimates, { trials, sharp }: Judgement, { add, read, epsilon, delta, significance }: ErrorBoundOptions): Reason[] {
  if (epsilon === undefined)
    return [{ code: 'no-bound', message: 'no error was stated, so none is too large', remedy: 'State it, as in --with epsilon=0.02.' }];
  const { acknowledged, estimates, unclear, foreign } = collected;
  const reasons: Reason[] = [];
  if (acknowledged === 0) reasons.push({ code: 'nothing-acknowledged', message: `no "${add}" was acknowledged, so there was nothing to estimate` });
  if (estimates === 0) reasons.push({ code: 'nothing-read', message: `no "${read}" succeeded` });
  else if (!canConvict(trials, delta, significance)) {
    const message = `${trials} estimates are too few: not even if all of them were off would that be less likely than ${significance} by chance`;
    reasons.push({ code: 'too-few-estimates', message, remedy: 'Estimate more keys.' });
  } else if (!canConvict(sharp, delta, significance)) {
    const message = `of ${trials} estimates only ${sharp} are of something that is known to within the error: the others were made while much was added, or may have been`;
    reasons.push({ code: 'uncertain-truth', message, remedy: 'Read when nothing is added any more.' });
  }
  if (unclear.length > 0) reasons.push({ code: 'malformed-value', message: `${unclear.length} operations carry no number (event ${unclear[0]})` });
  if (foreign > 0) reasons.push({ code: 'foreign-operations', message: `${foreign} operations are neither "${add}" nor "${read}"` });
  return reasons;
}

/** Whether so many misses of as many would. */
function canConvict(trials: number, delta: number, significance: number): boolean {
  return trials > 0 && tailOf(trials, trials, 1 - delta) < significance;
}
