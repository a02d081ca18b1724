/**
 * The checker `rate`: in no window of so long are more than so many granted, by one key or by all together: the promise
 * of a rate limiter over a sliding window (generic cell rate algorithm, ITU-T I.371; "sliding log"). A grant happens at
 * some moment between its call and its return, so those convict that must lie in one window: acknowledged ones whose
 * earliest call and latest return are less than a window apart. A window holds its beginning and not its end. Grants
 * of unknown outcome must not have happened and are told, not counted; refused ones are none.
 * O(events + grants × log limit).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { formatSeconds, NS_PER_MS } from '../../harness/time/units.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { conclude, spellOut } from '../verdict/conclude.ts';
import { type Grants, type Overrun, scanGrants } from './grants.ts';

const options = z.strictObject({
  limit: z.int().min(0).max(100_000).optional().describe('How many may be granted in any window.'),
  windowMs: z.number().positive().default(1000).describe('How long a window is (ms).'),
  per: z.enum(['key', 'all']).default('key').describe('Whether the limit is for each key or for all together.'),
  grant: z.string().default('acquire').describe('The name of the operation that is limited: granted where it is acknowledged.'),
});

export type RateOptions = z.infer<typeof options>;

/** See the head of the file. */
export const rate: Checker<RateOptions> = {
  name: 'rate',
  summary: 'In no window of so long are more than so many granted.',
  options,
  check(history: History, law: RateOptions, budget: Budget): Result {
    const grants = scanGrants(history, { ...law, limit: law.limit ?? Infinity, windowNs: law.windowMs * NS_PER_MS }, budget);
    const { acknowledged, refused, unknown, peakCertain, peakPossible, overruns } = grants;
    const stats: Value = { acknowledged, refused, unknown, peakCertain, peakPossible, anomalies: { 'too-many': overruns.length } };
    const anomalies = spellOut(overruns, (overrun) => tell(history, law, overrun));
    return conclude('rate', stats, anomalies, openQuestions(grants, law), blindness(grants, law));
  },
};

function tell(history: History, { limit = 0, windowMs, per, grant }: RateOptions, { acks, spanNs }: Overrun): Anomaly {
  const at = acks.at(-1)!;
  const { key } = history.event(at);
  const what = per === 'key' && key !== undefined ? ` of ${words(key)}` : '';
  const window = formatSeconds(windowMs * NS_PER_MS);
  const sentence = `${acks.length} grants${what} happened within ${formatSeconds(spanNs)}, and ${limit} in ${window} are allowed: the last was given to ${whoAt(history, at)} at ${whenAt(history, at)}`;
  return { type: 'too-many', ops: acks, sentence, certificate: { kind: 'rate/too-many', data: { limit, windowMs, per, grant, acks } } };
}

function openQuestions({ acknowledged, refused, peakPossible }: Grants, { limit, grant }: RateOptions): Reason[] {
  if (limit === undefined) return [{ code: 'no-bound', message: 'no limit was stated, so nothing is too much', remedy: 'State it, as in --with limit=100.' }];
  if (acknowledged === 0) return [{ code: 'nothing-acknowledged', message: `no "${grant}" was granted` }];
  if (refused > 0 || peakPossible >= limit) return [];
  const message = `at most ${peakPossible} of ${limit} can have been granted in one window, and nobody was refused: whether more would be was not tried`;
  return [{ code: 'never-full', message, remedy: 'Ask faster than the limit.' }];
}

function blindness({ peakCertain, peakPossible }: Grants, { limit = Infinity }: RateOptions): Reason[] {
  if (peakPossible <= limit || peakCertain > limit) return [];
  const message = `${peakCertain} of ${limit} lie in one window for certain, but up to ${peakPossible} may: it is not known when each was granted`;
  return [{ code: 'uncertain-moments', message }];
}
