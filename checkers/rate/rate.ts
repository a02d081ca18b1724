/**
 * The checker `rate`: in no window of so long are more than so many granted, by one key or by all together: the promise
 * of a rate limiter over a sliding window (generic cell rate algorithm, ITU-T I.371; "sliding log"). A grant happens at
 * some moment between its call and its return. Those convict that must lie in one window, wherever in their intervals they
 * are: acknowledged ones whose earliest call and latest return are less than a window apart; or in 2, 4, … 32 windows on
 * end, which hold as many times the limit. A window holds its beginning and not its end. Where no window can hold more than
 * the limit, it is kept; in between the verdict is unknown. (To decide that as well is to schedule jobs of equal length on
 * as many machines as the limit; Simons, SIAM J. Comput. 1983.) Grants of unknown outcome never convict, but may have been
 * one too many; refused ones are none. O(events + grants × log limit).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { formatSeconds, NS_PER_MS } from '../../harness/time/units.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { conclude } from '../verdict/conclude.ts';
import { type Grants, type Overrun, scanGrants } from './grants.ts';

const options = z.strictObject({
  limit: z.int().min(0).max(100_000).optional().describe('How many may be granted in any window.'),
  windowMs: z.number().positive().default(1000).describe('How long a window is (ms).'),
  per: z.enum(['key', 'all']).default('key').describe('Whether the limit is for each key or for all together.'),
  grant: z.string().default('acquire').describe('The name of the operation that is limited: granted where it is acknowledged.'),
  lateMs: z
    .number()
    .min(0)
    .optional()
    .describe('For how long after its call an operation of unknown outcome may still be granted (ms). By default at any later time.'),
});

export type RateOptions = z.infer<typeof options>;

/** See the head of the file. */
export const rate: Checker<RateOptions> = {
  name: 'rate',
  summary: 'In no window of so long are more than so many granted.',
  options,
  check(history: History, law: RateOptions, budget: Budget): Result {
    const { limit = Infinity, windowMs, lateMs = Infinity, ...names } = law;
    const grants = scanGrants(history, { ...names, limit, windowNs: windowMs * NS_PER_MS, lateNs: lateMs * NS_PER_MS }, budget);
    const { acknowledged, refused, unknown, peakCertain, peakPossible, tooMany, overruns } = grants;
    const stats: Value = { acknowledged, refused, unknown, peakCertain, peakPossible, anomalies: { 'too-many': tooMany } };
    const anomalies = overruns.map((overrun) => tell(history, law, overrun));
    return conclude('rate', stats, anomalies, [...openQuestions(grants, law), ...uncertainty(grants, law)]);
  },
};

function tell(history: History, { limit = 0, windowMs, per, grant }: RateOptions, { windows, acks, spanNs }: Overrun): Anomaly {
  const at = acks.at(-1)!;
  const { key } = history.event(at);
  const what = per === 'key' && key !== undefined ? ` of ${words(key)}` : '';
  const window = formatSeconds(windows * windowMs * NS_PER_MS);
  const sentence = `${acks.length} grants${what} happened within ${formatSeconds(spanNs)}, and ${windows * limit} in ${window} are allowed${windows === 1 ? '' : `, as ${limit} in ${formatSeconds(windowMs * NS_PER_MS)} are`}: the last was given to ${whoAt(history, at)} at ${whenAt(history, at)}`;
  return { type: 'too-many', ops: acks, sentence, certificate: { kind: 'rate/too-many', data: { limit, windowMs, windows, per, grant, acks } } };
}

function openQuestions({ acknowledged, refused, peakPossible }: Grants, { limit, grant }: RateOptions): Reason[] {
  if (limit === undefined) return [{ code: 'no-bound', message: 'no limit was stated, so nothing is too much', remedy: 'State it, as in --with limit=100.' }];
  if (acknowledged === 0) return [{ code: 'nothing-acknowledged', message: `no "${grant}" was granted` }];
  if (refused > 0 || peakPossible >= limit) return [];
  const message = `at most ${peakPossible} of ${limit} can have been granted in one window, and nobody was refused: whether more would be was not tried`;
  return [{ code: 'never-full', message, remedy: 'Ask faster than the limit.' }];
}

/** Too many may have been granted in one window, and it is not certain that they were. */
function uncertainty({ peakCertain, peakPossible, peakAcknowledged }: Grants, { limit = Infinity }: RateOptions): Reason[] {
  if (peakPossible <= limit) return [];
  if (peakAcknowledged <= limit) {
    const message = `up to ${peakPossible} grants may lie in one window with those of unknown outcome, which may have happened later, and ${limit} are allowed`;
    return [{ code: 'unknown-grants', message, remedy: 'Say how late they may be granted, as in --with lateMs=5000.' }];
  }
  const message = `${peakCertain} grants lie in one window for certain, but up to ${peakAcknowledged} may, and ${limit} are allowed: it is not known when each was granted`;
  return [{ code: 'uncertain-moments', message, remedy: 'Let clients wait less for each answer, or ask for a longer window.' }];
}
