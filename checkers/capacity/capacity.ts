/**
 * The checker `capacity`: of a resource (a key) never more is reserved than there is. A reservation holds for certain from
 * its acknowledgement until a release of it may have begun; what is held for certain convicts when it is too much, and
 * what may be held besides (unknown reservations, releases that are not acknowledged) is told. Complete for reservations
 * that take effect at one moment each. O(events).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { conclude, spellOut } from '../verdict/conclude.ts';
import { type Holdings, type Oversold, scanHoldings } from './holdings.ts';

const options = z.strictObject({
  capacity: z.number().min(0).default(1).describe('How much there is of each resource (each key).'),
  reserve: z.string().default('reserve').describe('The name of the operation that reserves: its value is the id of the reservation, or {"id", "amount"}.'),
  release: z.string().default('release').describe('The name of the operation that gives a reservation back: its value is the id, or {"id"}.'),
});

export type CapacityOptions = z.infer<typeof options>;

/** See the head of the file. */
export const capacity: Checker<CapacityOptions> = {
  name: 'capacity',
  summary: 'Never is more of a resource reserved than there is, and nothing is given back that nobody had.',
  options,
  check(history: History, law: CapacityOptions, budget: Budget): Result {
    const holdings = scanHoldings(history, law, budget);
    const { acknowledged, refused, unknown, peakCertain, peakPossible, oversold, ofNothing } = holdings;
    const stats: Value = {
      capacity: law.capacity,
      acknowledged,
      refused,
      unknown,
      peakCertain,
      peakPossible,
      oversold: oversold.length,
      releasesOfNothing: ofNothing.length,
    };
    const anomalies = [
      ...spellOut(oversold, (one) => tellOversold(history, law, one)),
      ...spellOut(ofNothing, (release) => tellOfNothing(history, law, release)),
    ];
    return conclude('capacity', stats, anomalies, openQuestions(holdings, law), blindness(holdings, law));
  },
};

function tellOversold(history: History, { capacity: limit, reserve, release }: CapacityOptions, { at, held, acks }: Oversold): Anomaly {
  const { key, value } = history.event(history.columns.pair[at]!);
  const what = key === undefined ? '' : ` of ${words(key)}`;
  const sentence = `${whoAt(history, at)} was given the reservation ${words(value)}${what} at ${whenAt(history, at)}: then ${held} were held, and there are ${limit}`;
  return { type: 'oversold', ops: acks, sentence, certificate: { kind: 'capacity/oversold', data: { capacity: limit, reserve, release, acks } } };
}

function tellOfNothing(history: History, { reserve, release }: CapacityOptions, at: number): Anomaly {
  const { value } = history.event(history.columns.pair[at]!);
  const sentence = `${whoAt(history, at)} gave the reservation ${words(value)} back at ${whenAt(history, at)}, and nobody can have had it`;
  return { type: 'release-of-nothing', ops: [at], sentence, certificate: { kind: 'capacity/release-of-nothing', data: { reserve, release, at } } };
}

function openQuestions({ acknowledged, refused, peakPossible, unclear }: Holdings, { capacity: limit, reserve }: CapacityOptions): Reason[] {
  const reasons: Reason[] = [];
  if (acknowledged === 0) reasons.push({ code: 'nothing-acknowledged', message: `no "${reserve}" was acknowledged` });
  else if (refused === 0 && peakPossible < limit) {
    const message = `at most ${peakPossible} of ${limit} were ever held, and nobody was refused: whether more can be sold than there is was not tried`;
    reasons.push({ code: 'never-full', message, remedy: 'Ask for more than there is.' });
  }
  if (unclear.length > 0)
    reasons.push({ code: 'ambiguous-id', message: `${unclear.length} operations name no reservation of their own (event ${unclear[0]})` });
  return reasons;
}

function blindness({ peakCertain, peakPossible }: Holdings, { capacity: limit }: CapacityOptions): Reason[] {
  if (peakPossible <= limit || peakCertain > limit) return [];
  const message = `${peakCertain} of ${limit} were held for certain, but with what is not known up to ${peakPossible} may have been`;
  return [{ code: 'unknown-reservations', message }];
}
